"""Bicycles hired a day in Washington, D.C., 2011 and 2012 (Fanaee-T and Gama, 2013, UCI 275; CC BY 4.0)."""

from dataclasses import dataclass

import numpy as np

from atiende.data.files import BIKE_SHARING, fetch
from atiende.language import label


@dataclass(frozen=True)
class BikeSharing:
    """Hold one row a day, in order of time: arrays (731,)."""

    date: np.ndarray  # datetime64[D]
    season: np.ndarray  # int64: winter, spring, summer, autumn
    weekday: np.ndarray  # int64, Monday is 0
    month: np.ndarray  # int64, January is 0
    holiday: np.ndarray  # int64, 1 on a public holiday
    weather: np.ndarray  # int64: clear, cloudy, rain or snow
    temperature: np.ndarray  # float64, 0 to 1 for 0 to 41 degrees Celsius
    humidity: np.ndarray  # float64, 0 to 1
    wind: np.ndarray  # float64, 0 to 1 for 0 to 67 km/h
    count: np.ndarray  # float64, bicycles hired
    name: str  # what this really is: "Bike Sharing", or a generated series
    source: str  # "cache", "mirror", "download" or "default"


def load_bike_sharing() -> BikeSharing:
    """Load two years of daily hires with calendar and weather; offline, a generated series with the same fields."""
    generated = label("una serie generada", "a generated series")
    paths, source = fetch("Bike Sharing", BIKE_SHARING, default=generated)
    date = np.arange("2011-01-01", "2013-01-01", dtype="datetime64[D]")  # no day is missing in the file
    calendar = {
        "date": date,
        "weekday": (date.astype(np.int64) + 3) % 7,  # 1970-01-01 was a Thursday
        "month": date.astype("datetime64[M]").astype(np.int64) % 12,
    }
    if paths is None:
        return BikeSharing(**calendar, **_generate(date, calendar["weekday"]), name=generated, source=source)
    table = np.genfromtxt(paths[0], delimiter=",", names=True, dtype=None, encoding="utf-8")
    return BikeSharing(
        **calendar,
        season=table["season"].astype(np.int64) - 1,
        holiday=table["holiday"].astype(np.int64),
        weather=table["weathersit"].astype(np.int64) - 1,
        temperature=table["temp"],
        humidity=table["hum"],
        wind=table["windspeed"],
        count=table["cnt"].astype(np.float64),
        name="Bike Sharing",
        source=source,
    )


def _generate(date, weekday):
    """Draw a series like the real one: warm dry days bring riders, weather lasts some days, the service grows."""
    rng = np.random.default_rng(0)
    day_of_year = (date - date.astype("datetime64[Y]")).astype(np.int64)
    year = date.astype("datetime64[Y]").astype(np.int64) - 41  # 0 in 2011, 1 in 2012
    mood = np.convolve(rng.standard_normal(len(date) + 2), np.ones(3) / 3**0.5, "valid")  # (days,), unit variance
    weather = np.select([mood < 0.3, mood < 1.9], [0, 1], 2)
    temperature = 0.5 - 0.25 * np.cos(2 * np.pi * (day_of_year - 20) / 365.25) + 0.06 * rng.standard_normal(len(date))
    holiday = np.isin([str(d)[5:] for d in date], ["01-01", "07-04", "11-11", "12-25"])
    mean = 7500 * np.clip(temperature, 0.15, 0.7) * (1 + 0.5 * year) * np.array([1.0, 0.85, 0.45])[weather]
    mean = mean * np.where(holiday, 0.8, 1.0) * np.where(weekday == 6, 0.93, 1.0)
    return {
        "season": (day_of_year + 10) // 91 % 4,
        "holiday": holiday.astype(np.int64),
        "weather": weather,
        "temperature": np.clip(temperature, 0, 1),
        "humidity": np.clip(0.62 + 0.12 * mood, 0, 1),
        "wind": np.clip(0.19 + 0.07 * rng.standard_normal(len(date)), 0.02, 1),
        "count": np.round(np.maximum(mean + 450 * rng.standard_normal(len(date)), 20)),
    }
