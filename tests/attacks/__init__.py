"""The corpus of hostile submissions: each is tried on every exercise of the small assignment."""
