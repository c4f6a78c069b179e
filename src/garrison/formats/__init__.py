"""Pure codecs between the bytes of a format and facts; nothing here knows Django."""
