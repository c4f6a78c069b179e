"""Pages of the threats app."""

from garrison.apps.threats.views.pages import threat_detail, threat_list, vulnerability_detail, vulnerability_list

__all__ = ["threat_detail", "threat_list", "vulnerability_detail", "vulnerability_list"]
