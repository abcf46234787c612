"""The checks of unit 04_attention."""
