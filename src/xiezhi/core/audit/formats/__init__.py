"""The report in the forms that people take along: one web page, CSV, a workbook. The table for the terminal stands in `audit/table.py`."""

from __future__ import annotations
