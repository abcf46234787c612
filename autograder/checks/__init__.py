"""The checks of the course: a package a unit, a module an exercise."""
