"""The libraries of some offices: photos by several hands, most of them checked, some not yet."""

from datetime import datetime, timedelta

from publisher import clock
from publisher.demo.pictures import Picture
from publisher.demo.registry import Cast
from publisher.demo.texts import photos
from publisher.models.media import Consent
from publisher.workflow import library
from publisher.workflow.composing.keeping import Kept

#: Of what is said of a photo, what is no field of the library.
_OURS = {"office", "scene", "days", "consent"}


def fill(cast: Cast, pictures: dict[str, Picture], *, at: datetime) -> None:
    """Put the photos of the demo into the libraries of their offices."""
    for key, told in photos().items():
        office, picture = cast.office(told["office"]), pictures[key]
        taken = at - timedelta(days=told["days"])
        fields = library.Fields(
            **{name: value for name, value in told.items() if name not in _OURS},
            consent=Consent(told.get("consent", Consent.UNCHECKED)),
            taken_on=clock.in_zone(taken, cast.region.zone).date(),
        )
        kept = Kept(
            digest=picture.digest,
            mime="image/jpeg",
            width=picture.width,
            height=picture.height,
            size_bytes=picture.size_bytes,
        )
        drafter = cast.drafters[office.id]
        library.add(office, kept, fields, file_name=f"{key}.jpg", actor=drafter, at=taken)
