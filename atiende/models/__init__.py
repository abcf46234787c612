"""The networks of the course, one unit a file."""
