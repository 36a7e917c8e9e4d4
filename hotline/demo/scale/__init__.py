"""An invented agency's archive of any size, to see what the house is like when it is full."""
