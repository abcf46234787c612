"""The grading engine: a student's code runs in a worker, and is judged from another process."""
