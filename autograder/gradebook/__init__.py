"""A class and its marks: the course folder, the one writer of scores, feedback, tables and the class report."""
