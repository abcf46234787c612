"""Daily sales of a small chain of shops, generated, so that every cause and the size of the noise are known."""

from dataclasses import dataclass

import numpy as np

from atiende.language import label

FIRST_DAY, LAST_DAY = "2022-01-01", "2024-12-31"
GOOD_FRIDAYS = ("2022-04-15", "2023-04-07", "2024-03-29")
HOLIDAYS = {  # in Spain, by kind: Christmas, spring, August to November, the long weekend of December
    **dict.fromkeys(("01-01", "01-06", "12-25"), 1),
    **dict.fromkeys(("Good Friday", "05-01"), 2),
    **dict.fromkeys(("08-15", "10-12", "11-01"), 3),
    **dict.fromkeys(("12-06", "12-08"), 4),
}

# Rows are shops: old town, station, beach, business park.
SIZE = np.array([1.12, 1.00, 0.88, 0.94])
WEEK = np.array(  # Monday to Sunday
    [
        [0.92, 0.88, 0.93, 0.97, 1.14, 1.18, 0.98],
        [1.06, 1.02, 1.03, 1.08, 1.14, 0.86, 0.80],
        [0.85, 0.85, 0.89, 0.94, 1.10, 1.18, 1.19],
        [1.06, 1.09, 1.10, 1.11, 1.07, 0.83, 0.73],
    ]
)
SUMMER = np.array([-0.10, -0.05, 0.30, -0.15])  # size of the wave with its top in August
HOLIDAY = np.array(  # an ordinary day, then the kinds of holiday
    [
        [1.00, 0.70, 1.11, 0.86, 1.19],
        [1.00, 0.70, 0.87, 1.10, 1.13],
        [1.00, 0.76, 1.17, 1.10, 0.95],
        [1.00, 0.64, 0.75, 0.74, 0.83],
    ]
)

# Rows are products: bread, ice cream, soup, coffee, nougat.
BASE = np.array([50.0, 45.0, 44.0, 52.0, 42.0])  # units per day
SEASON = np.array([0.05, 0.45, 0.35, 0.10, 0.20])  # size of the yearly wave
PEAK = np.array([20, 205, 20, 330, 350])  # day of the year when it is highest
TREND = np.array([0.00, 0.02, -0.01, 0.02, 0.01])  # growth a year
PROMOTION = np.array(  # none, second one half price, tasting, counter display
    [
        [1.00, 1.22, 1.17, 1.32],
        [1.00, 1.45, 1.33, 1.16],
        [1.00, 1.22, 1.46, 1.10],
        [1.00, 1.35, 1.23, 1.39],
        [1.00, 1.32, 1.49, 1.32],
    ]
)
PROMOTED = 0.31  # share of the days with some promotion


@dataclass(frozen=True)
class Sales:
    """Hold the sales of every shop, product and day: arrays (N,), one whole series after another.

    N = shops * products * days, so `units.reshape(-1, days)` has one series a row and one day a column.
    """

    date: np.ndarray  # datetime64[D]
    store: np.ndarray  # int64 from 0
    product: np.ndarray  # int64 from 0
    weekday: np.ndarray  # int64, Monday is 0
    month: np.ndarray  # int64, January is 0
    holiday: np.ndarray  # int64, the kind of holiday; 0 is an ordinary day
    promotion: np.ndarray  # int64, 0 is none
    units: np.ndarray  # float64, what was sold: mean plus noise
    mean: np.ndarray  # float64, what would be sold without noise: nobody knows it outside a generated set
    noise: float  # standard deviation of the noise, in units
    days: int  # length of each series
    names: dict[str, tuple[str, ...]]  # of each code of store, product, weekday, month, holiday and promotion


def make_sales(noise: float = 8.0, seed: int = 0) -> Sales:
    """Generate the sales of four shops and five products over three years, 2022 to 2024.

    The mean is a product: size of shop and product, trend, weekly and yearly season, holiday and promotion. The effect
    of a weekday or a holiday depends on the shop, that of a promotion on the product. Noise is added to it, so the best
    forecast possible has a mean absolute error of noise * sqrt(2 / pi); the rare sale below zero counts as none. `seed`
    draws the noise and the promotions.
    """
    rng = np.random.default_rng(seed)
    day = np.arange(FIRST_DAY, np.datetime64(LAST_DAY) + 1, dtype="datetime64[D]")  # (days,)
    shape = (len(SIZE), len(BASE), len(day))
    weekday = (day.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    month = day.astype("datetime64[M]").astype(np.int64) % 12
    day_of_year = (day - day.astype("datetime64[Y]")).astype(np.int64)
    holiday = _holidays(day)
    promotion = _promotions(rng, shape)

    years = np.arange(len(day)) / 365.25
    season = 1 + SEASON[:, None] * np.cos(2 * np.pi * (day_of_year - PEAK[:, None]) / 365.25)  # (products, days)
    summer = 1 + SUMMER[:, None] * np.cos(2 * np.pi * (day_of_year - 220) / 365.25)  # (stores, days)
    by_product = BASE[:, None] * (1 + TREND[:, None] * years) * season
    by_store = SIZE[:, None] * WEEK[:, weekday] * summer * HOLIDAY[:, holiday]
    lift = PROMOTION[np.arange(len(BASE))[:, None], promotion]  # (stores, products, days)
    mean = by_store[:, None] * by_product * lift
    units = np.maximum(mean + noise * rng.standard_normal(shape), 0)

    def column(values):
        return np.broadcast_to(values, shape).flatten()

    return Sales(
        date=column(day),
        store=column(np.arange(len(SIZE))[:, None, None]),
        product=column(np.arange(len(BASE))[:, None]),
        weekday=column(weekday),
        month=column(month),
        holiday=column(holiday),
        promotion=column(promotion),
        units=column(units),
        mean=column(mean),
        noise=noise,
        days=len(day),
        names=_names(),
    )


def _names():
    """Name every code in the notebook's language."""
    names = {
        "store": label("centro, estación, playa, zona industrial", "old town, station, beach, business park"),
        "product": label("pan, helado, sopa, café, turrón", "bread, ice cream, soup, coffee, nougat"),
        "weekday": label("lun, mar, mié, jue, vie, sáb, dom", "Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        "month": label(
            "ene, feb, mar, abr, may, jun, jul, ago, sep, oct, nov, dic",
            "Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec",
        ),
        "holiday": label(
            "día corriente, Navidad, primavera, verano y otoño, puente de diciembre",
            "ordinary day, Christmas, spring, summer and autumn, December long weekend",
        ),
        "promotion": label(
            "ninguna, segunda a mitad de precio, degustación, en el mostrador",
            "none, second one half price, tasting, counter display",
        ),
    }
    return {column: tuple(text.split(", ")) for column, text in names.items()}


def _holidays(day):
    """Give the kind of holiday of each day, 0 where there is none."""
    names = ["Good Friday" if str(d) in GOOD_FRIDAYS else str(d)[5:] for d in day]
    return np.array([HOLIDAYS.get(name, 0) for name in names])


def _promotions(rng, shape):
    """Draw promotions of two days, of any kind, for each series on its own."""
    stores, products, days = shape
    pairs = (days + 1) // 2
    kind = rng.integers(1, PROMOTION.shape[1], (stores, products, pairs))
    kind = np.where(rng.random(kind.shape) < PROMOTED, kind, 0)
    return np.repeat(kind, 2, axis=-1)[..., :days]
