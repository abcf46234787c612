"""The checks of unit 02_cnn."""
