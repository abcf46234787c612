"""Settings of the site that both languages share; build.py adds the language and its words."""

extensions = ["myst_nb", "maths", "search"]
project = "Atiende"
author = "Atiende"
html_theme = "sphinx_book_theme"
html_math_renderer = "mathml"
html_title = "Atiende"
html_favicon = "static/mark.svg"
html_static_path = ["static"]
html_css_files = ["site.css", "maths.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
templates_path = ["templates"]

nb_execution_mode = "off"
nb_ipywidgets_js = {}  # nothing is fetched from elsewhere
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_dmath_double_inline = True  # a formula of its own may follow a line of prose
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]
pygments_style = "a11y-high-contrast-light"
