"""What the door needs of a line's pack, worked out once: zone, businesses, what it asks for and by what names."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from shared.policy.profile import LineProfile


class Head:
    """One line as its pack describes it."""

    __slots__ = ("_asked", "_names", "businesses", "profile", "zone")

    def __init__(self, profile: LineProfile) -> None:
        self.profile, self.zone = profile, ZoneInfo(profile.time_zone)
        self.businesses = tuple(each.id for each in profile.businesses)
        self._asked = {business: profile.fields_for("other", business) for business in (None, *self.businesses)}
        self._names = {
            language: {each.field: each.names.in_language(language) for each in profile.fields}
            for language in ("zh-Hans", "zh-Hant", "en")
        }

    def asked(self, business: str | None) -> tuple[str, ...]:
        """What is asked for while nobody knows yet what the matter is."""
        known = self._asked.get(business)
        return self.profile.fields_for("other", business) if known is None else known

    def names(self, language: str, fields: Sequence[str]) -> list[str]:
        """The fields as the pack names them; one it does not name by its own code."""
        names = self._names.get(language) or self._names["en"]
        return [names.get(field, field) for field in fields]
