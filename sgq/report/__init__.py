"""Figures: functions that take results and matplotlib axes, draw, and return the axes."""
