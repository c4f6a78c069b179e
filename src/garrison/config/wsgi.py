"""The WSGI application that ``garrison serve`` runs."""

import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what is uploaded and stored is for its owner only, whichever server runs this
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garrison.config.settings")
application = get_wsgi_application()
