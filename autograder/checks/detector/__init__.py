"""The checks of lab 02_detector."""
