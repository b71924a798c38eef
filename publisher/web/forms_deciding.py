"""The forms of a decision on a post: of its head, and of the reviewers."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from publisher.models.posts import ReturnReason

NOTE = Length(max=2000, message=_l("Paling banyak 2.000 karakter."))


class DecisionForm(FlaskForm):
    """One of several forms on the page; the application checks the token of every POST."""

    class Meta:
        csrf = False


class ApproveForm(DecisionForm):
    at_once = BooleanField(
        _l("Saya mengerti bahwa konten ini langsung tayang setelah disetujui."), name="sekarang"
    )


def _reasons(*validators: InputRequired) -> SelectMultipleField:
    return SelectMultipleField(
        _l("Alasan"),
        validators,
        name="alasan",
        choices=[SelectChoice(reason.value) for reason in ReturnReason],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class _BackForm(DecisionForm):
    """Why a post goes back to its office."""

    reasons = _reasons()

    def validate_note(self, field: Field) -> None:
        if ReturnReason.LAINNYA in (self.reasons.data or ()) and not (field.data or "").strip():
            raise ValidationError(_("Jelaskan alasan lainnya."))

    def chosen(self) -> list[ReturnReason]:
        return [ReturnReason(reason) for reason in self.reasons.data or ()]


class SendBackForm(_BackForm):
    """What a head says who sends a post back."""

    reasons = _reasons(InputRequired(_l("Pilih sedikitnya satu alasan.")))
    note = TextAreaField(_l("Catatan untuk penyusun"), [NOTE], name="catatan")


class ReturnForm(_BackForm):
    """What a reviewer says who returns a post."""

    #: Whether something on the post was marked: each mark has a reason of its own.
    marked = False

    note = TextAreaField(_l("Catatan untuk perangkat daerah"), [NOTE], name="catatan")

    def validate_reasons(self, field: Field) -> None:
        if not field.data and not self.marked:
            raise ValidationError(_("Pilih sedikitnya satu alasan. Menandai kalimat juga cukup."))


class NoteForm(DecisionForm):
    note = TextAreaField(
        _l("Alasan"), [DataRequired(_l("Tuliskan alasannya.")), NOTE], name="catatan"
    )


class RejectForm(NoteForm):
    sure = BooleanField(
        _l("Saya mengerti bahwa konten yang ditolak tidak dapat diajukan lagi."),
        [InputRequired(_l("Tandai bahwa Anda mengerti akibatnya."))],
        name="yakin",
    )
