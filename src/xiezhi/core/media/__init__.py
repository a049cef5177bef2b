"""Recordings as files: what they are, whether they are whole, and what of an act they cover. Knows neither law nor database.

digest      SHA-256 of a file with a tree over chunks of 4 MiB, so that a range can be proved alone
boxes       whether the outermost parts of a file fill it exactly
probe       duration, streams, creation time, holes inside the file, signs of truncation and editing with confidence
names       device, officer, time and number out of a file's name, by patterns that are data
continuity  what of an act the union of several files of several devices covers, and each hole
"""
