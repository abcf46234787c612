"""The checks of unit 03_rnn."""
