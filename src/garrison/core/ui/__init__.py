"""What pages are made of, below the apps: figures as text, cells as HTML, charts as SVG, and the one list.

Templates, styles and tags live in `garrison.web`; this is the part that an app's views and reports may import.
"""
