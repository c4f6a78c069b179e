"""Views of the frame and of the System pages, one module for each group. They ask the clock, make one call, render."""
