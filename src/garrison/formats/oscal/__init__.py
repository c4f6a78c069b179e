"""OSCAL 1.x catalogues and profiles: one model for JSON and XML, and the rules by which a control is a requirement.

The four formats are ``oscal_catalog_json``, ``oscal_catalog_xml``, ``oscal_profile_json`` and ``oscal_profile_xml``
beside this package. Section names below are those of NIST's OSCAL reference, version 1.1.
"""
