"""The forms of the registry's health: how many days are too many, and plans for accounts."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from publisher.web.registry.forms import CHOOSE, options
from publisher.workflow import registering


class ThresholdForm(FlaskForm):
    days = IntegerField(
        _l("Jumlah hari tanpa unggahan"),
        [InputRequired(_l("Isi dengan bilangan."))],
        description=_l("Berlaku untuk halaman ini dan untuk laporan minggu yang belum ditutup."),
    )


class PlanForm(FlaskForm):
    aim = RadioField(
        _l("Rencana"),
        [CHOOSE],
        choices=options({aim: _l(word) for aim, word in registering.AIMS.items()}),
    )
    responsible = SelectField(_l("Dilaksanakan oleh"), [CHOOSE])
    due_on = DateField(_l("Paling lambat"), [InputRequired(_l("Isi tanggalnya."))])
    remark = TextAreaField(
        _l("Catatan"),
        [Optional()],
        description=_l("Misalnya apa yang sudah disepakati dengan perangkat daerah."),
    )
