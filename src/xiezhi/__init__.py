"""Xiezhi (獬豸): administrative enforcement on the record."""

__version__ = "0.1.0"
