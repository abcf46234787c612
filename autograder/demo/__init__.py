"""A class to try the course with: real notebooks, made from the course's own, handed in by people who do not exist."""
