"""Settings and keys, each declared once: file, environment, flags, help, example and schema come
from that. No Textual here: a bad file is refused before anything slow is loaded.
"""
