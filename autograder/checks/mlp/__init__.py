"""The checks of unit 01_mlp."""
