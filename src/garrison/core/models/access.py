"""Users, and what they may do where."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class User(AbstractUser):
    """Someone who signs in; or the one built-in actor ``system``, who never does."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_system = models.BooleanField(default=False)
    theme = models.CharField(max_length=8, default="auto")

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(fields=["is_system"], condition=Q(is_system=True), name="one_system_actor"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Grant(models.Model):
    """A role that a user holds in one unit and all below it. ``path`` is the unit's; "/" is the whole organisation.

    From the moment ``until`` on it gives nothing any more; null is for good.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    path = models.CharField(max_length=400, default="/")
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "path"], name="one_grant_of_a_kind"),
            models.CheckConstraint(condition=Q(path__startswith="/") & Q(path__endswith="/"), name="grant_path_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} in {self.path}"
