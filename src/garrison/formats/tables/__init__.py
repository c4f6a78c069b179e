"""Tables of any origin: CSV in its many dialects and XLSX, as rows of text with their line or sheet row number."""
