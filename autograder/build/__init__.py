"""Build the notebooks of the course from their sources in units/."""
