"""Tables of the incidents app."""

from garrison.apps.incidents.models.case import Incident, Link, Member, Phase

__all__ = ["Incident", "Link", "Member", "Phase"]
