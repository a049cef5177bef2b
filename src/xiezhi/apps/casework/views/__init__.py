"""Pages of casework, one file per subject. Nobody imports these but urls.py."""
