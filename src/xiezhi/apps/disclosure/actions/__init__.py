"""The verbs of the disclosure desk, one a file: permission, check, act of the record, the desk's own paper."""
