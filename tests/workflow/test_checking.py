"""What the checks find, where, and how a post scores: the same for whoever asks."""

import re
import sys
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from publisher.db import db
from publisher.errors import Incomplete, Invalid
from publisher.models.audit import AuditEntry
from publisher.models.media import MediaKind
from publisher.models.posts import Language, PostKind
from publisher.posters.likeness import likeness, near
from publisher.workflow import checking, drafting, reviewing
from publisher.workflow.checking import ceremonial, personal, rubric, spelling
from publisher.workflow.checking import likeness as copies
from publisher.workflow.checking.sentences import MOST as MOST_SENTENCES
from tests.conftest import NOW, office

NIK = "3316094512900001"
LONG = (
    "Petugas puskesmas memeriksa tekanan darah dan gula darah warga lanjut usia di balai desa, "
    "lalu membagikan obat dan menjelaskan cara hidup sehat kepada keluarga yang menunggu."
)


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


def found(post, check=None, at=NOW):
    findings = checking.review(post, at=at).findings
    return [one for one in findings if check in (None, one.check)]


def points(post):
    return {one.name: one.earned for one in checking.review(post, at=NOW).score.points}


# -- personal data -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word", "quote"),
    [
        (f"NIK {NIK} terdaftar", "nomor induk kependudukan (NIK)", NIK),
        ("3316 0945 1290 0001", "nomor induk kependudukan (NIK)", "3316 0945 1290 0001"),
        ("KK 3316091202100003", "nomor kartu keluarga (KK)", "3316091202100003"),
        ("kartu keluarga no. 3316091202100003", "nomor kartu keluarga (KK)", "3316091202100003"),
        ("rekening 1234567890123456", "nomor 16 angka", "1234567890123456"),
        ("3316097212900001", "nomor 16 angka", "3316097212900001"),  # no day is 72
        ("WA 0812-3456-7890 ya", "nomor ponsel", "0812-3456-7890"),
        ("https://wa.me/6281234567890", "nomor ponsel", "6281234567890"),
        ("rina.w@gmail.com,", "alamat surel pribadi", "rina.w@gmail.com"),
        ("mobil K 1234 AB", "pelat nomor kendaraan", "K 1234 AB"),
        ("dinkes@blorakab.go.id", None, None),
        ("hubungi 112, 119, atau 1500567", None, None),
        ("telepon (0296) 531234", None, None),
        ("Rp 1.250.000.000 untuk 1.842 balita", None, None),
        ("berat T 1000 KG, D 2026 WIB", None, None),
        ("33160945129000011", None, None),  # seventeen digits are no number of a person
    ],
)
def test_personal_data_is_known_by_its_form_and_its_place(text, word, quote):
    kinds = [(kind.name, text[start:end]) for kind, start, end in personal._spans(text)]

    assert kinds == ([(word, quote)] if word else [])


def repeats(pattern):
    """Yield how often each part of a pattern may repeat, from Python's own parser."""
    for operation, argument in pattern:
        if str(operation) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            yield int(argument[1])
            yield from repeats(argument[2])
        elif isinstance(argument, tuple):
            for part in argument:
                if isinstance(part, re._parser.SubPattern):
                    yield from repeats(part)
                elif isinstance(part, list):
                    for one in part:
                        if isinstance(one, re._parser.SubPattern):
                            yield from repeats(one)


@pytest.mark.parametrize("pattern", personal.PATTERNS)
def test_a_pattern_reads_so_many_signs_and_no_more_from_any_place(pattern):
    most = list(repeats(re._parser.parse(pattern.pattern)))

    assert most
    assert max(most) <= 64
    assert list(repeats(re._parser.parse(r"a(?:b|c+)"))) == [int(re._parser.MAXREPEAT)]


def starts_anew_at_every_sign(pattern):
    """Return whether a pattern may read far from each place of a text, only to fail there.

    That is what makes a search quadratic: it begins with a repeat without end, and something
    after it need not match.
    """
    operation, argument = pattern[0]
    if str(operation) == "BRANCH":
        return any(starts_anew_at_every_sign(one) for one in argument[1] if len(one))
    endless = str(operation) == "MAX_REPEAT" and argument[1] is re._parser.MAXREPEAT
    return endless and any(
        str(after) != "MAX_REPEAT" or told[0] > 0 for after, told in list(pattern)[1:]
    )


def test_no_search_in_a_text_is_quadratic():
    cutting = sys.modules["publisher.workflow.checking.sentences"]  # hidden by its function
    modules = (personal, spelling, cutting, rubric, ceremonial, copies)
    patterns = {
        (module.__name__, name): one
        for module in modules
        for name, one in vars(module).items()
        if isinstance(one, re.Pattern)
    }
    parsed = {name: re._parser.parse(one.pattern) for name, one in patterns.items()}

    assert len(parsed) > 10
    assert [name for name, one in parsed.items() if starts_anew_at_every_sign(one)] == []
    assert starts_anew_at_every_sign(re._parser.parse(r"\S*@\S+"))
    assert starts_anew_at_every_sign(re._parser.parse(r"x|[.!]+(?=\s)"))


HOSTILE = st.text(alphabet="0123456789 .-@+aBk K\n”", max_size=300)


@given(HOSTILE)
def test_what_is_found_lies_in_the_text_and_never_twice_at_one_place(text):
    spans = sorted((start, end) for _kind, start, end in personal._spans(text))

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.text(alphabet="aB. !?\n”1", max_size=200))
def test_sentences_lose_no_word_and_keep_their_order(text):
    lines = checking.lines("caption", text)

    assert all(text[one.sentence.start : one.sentence.end] == one.sentence.text for one in lines)
    assert all("".join(p.text for p in one.pieces) == one.sentence.text for one in lines)
    said = "".join(one.sentence.text for one in lines)
    words = re.findall(r"\w", text)
    assert re.findall(r"\w", said) == words or len(lines) == MOST_SENTENCES


def test_a_number_of_a_person_stops_the_submission_and_the_approval(make_post, sari, budi, store):
    draft = make_post(caption=f"Bantuan untuk Siti, NIK {NIK}.")
    assert ("caption", True) in [(one.field, one.blocks) for one in found(draft, "personal")]
    assert "caption" in [gap.place for gap in drafting.gaps(draft, store=store, at=NOW)]
    with pytest.raises(Incomplete):
        drafting.submit(draft, actor=sari, at=NOW, store=store, version=draft.version)

    waiting = make_post("submit", caption=f"Bantuan untuk Siti, NIK {NIK}.")
    assert reviewing.is_refused(waiting, store)
    with pytest.raises(Incomplete, match="NIK"):
        reviewing.approve(waiting, reviewer=budi, at=NOW, store=store)

    inside = make_post("submit", who=f"Siti, NIK {NIK}")  # written down, and never published
    assert [one.blocks for one in found(inside, "personal")] == [False]
    reviewing.approve(inside, reviewer=budi, at=NOW, store=store)


def test_a_registered_hotline_passes_for_its_office_and_for_all(
    make_post, budi, blora, rembang, dishub
):
    post = make_post(caption="Aduan: 0812-3456-7890 atau +62 856 1111 222.")
    assert len(found(post, "personal")) == 2

    add = {"actor": budi, "at": NOW}
    checking.add_hotline(blora, "0812 3456 7890", "Aduan", office=post.office, **add)
    checking.add_hotline(blora, "0856-1111-222", "Ambulans", office=dishub, **add)
    assert [one.quote for one in found(post, "personal")] == ["+62 856 1111 222"]

    checking.add_hotline(blora, "0856-1111-222", "Ambulans", office=None, **add)
    checking.add_hotline(blora, "0856-1111-222", "Ambulans", office=None, **add)  # once is enough
    assert found(post, "personal") == []
    assert len(checking.hotlines(blora)) == 3
    assert not checking.remove_hotline(rembang, checking.hotlines(blora)[0].id, actor=budi, at=NOW)
    for number, label in (("112", "Darurat"), ("08123456789", " "), ("x" * 40, "Aduan")):
        with pytest.raises(Invalid):
            checking.add_hotline(blora, number, label, office=None, **add)


# -- spelling ------------------------------------------------------------------------------


def test_spelling_finds_slips_and_leaves_names_terms_and_other_languages(make_post, budi, blora):
    caption = (
        "Kegaitan posyandu di Todanan bersama Wulandari dan ASN. Warga mendapat pelayanna "
        "kependudukan daring; lihat https://blora.go.id/xqzt @dinkesblora #BloraSehatt."
    )
    post = make_post(caption=caption)
    slips = found(post, "spelling")
    assert [(one.quote, one.suggestions[0]) for one in slips] == [
        ("kegaitan", "kegiatan"),
        ("pelayanna", "pelayanan"),
    ]
    assert [caption[one.start : one.end].lower() for one in slips] == [one.quote for one in slips]
    assert not any(one.blocks for one in slips)

    assert checking.add_words(blora, "Pelayanna, ngapak", actor=budi, at=NOW) == 2
    assert checking.add_words(blora, "pelayanna", actor=budi, at=NOW) == 0
    assert [one.quote for one in found(post, "spelling")] == ["kegaitan"]
    assert checking.remove_word(blora, "pelayanna", actor=budi, at=NOW)
    assert not checking.remove_word(blora, "pelayanna", actor=budi, at=NOW)
    assert len(found(post, "spelling")) == 2
    assert found(make_post(caption=caption, language=Language.JV), "spelling") == []
    for nothing in ("", "123 !!", "a" * 41):
        with pytest.raises(Invalid):
            checking.add_words(blora, nothing, actor=budi, at=NOW)


@pytest.mark.parametrize("size", [100, 1000])
def test_a_long_hostile_text_asks_the_dictionary_a_bounded_number_of_times(
    make_post, monkeypatch, size
):
    asked = []
    monkeypatch.setattr(spelling, "_spelled", lambda word: asked.append(word) or False)
    for remembered in (spelling.is_known, spelling.suggestions):
        monkeypatch.setattr(
            spelling, remembered.__name__, remembered.__wrapped__
        )  # nothing remembered from other tests

    post = make_post(caption=" ".join(f"q{chr(97 + n % 26)}{'xz' * (n % 9)}w" for n in range(size)))

    assert len(found(post, "spelling")) == spelling.MOST
    assert len(asked) < 30_000


# -- the same again ------------------------------------------------------------------------


def test_an_earlier_post_with_nearly_the_same_words_is_named(make_post, tono, make_account):
    old = make_post("submit", caption=LONG, title="Posbindu Cepu")
    make_post(caption=LONG)  # a draft has said nothing yet
    make_post("submit", "reject", caption=LONG)
    make_post("submit", caption=LONG, planned_at=NOW - checking.LOOK_BACK - timedelta(days=1))
    make_post("submit", caption=LONG, office=tono.office, drafted_by=tono, accounts=[])
    changed = LONG.replace("balai desa", "kantor kecamatan").upper() + " Terima kasih."

    (copy,) = found(make_post(caption=changed), "same_words")
    assert (copy.post_id, copy.values["title"], copy.blocks) == (old.id, "Posbindu Cepu", False)
    assert copy.values["share"] >= 70
    assert found(make_post(caption="Jalan Cepu selesai diperbaiki pekan ini."), "same_words") == []
    assert found(old, "same_words") == []  # itself


def photo(seed):
    canvas = Image.radial_gradient("L").resize((640, 480)).rotate(seed * 40, expand=False)
    canvas = canvas.convert("RGB")
    draw = ImageDraw.Draw(canvas)
    for n in range(6):
        x, y = (seed * 97 + n * 131) % 500, (seed * 53 + n * 89) % 380
        draw.rectangle((x, y, x + 120, y + 90), fill=((seed * 70) % 255, n * 40, 255 - n * 40))
    return canvas


def jpeg(image, quality=88):
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_a_copy_of_a_photo_looks_the_same_and_another_photo_does_not():
    mine = likeness(jpeg(photo(1)))
    copies = [
        photo(1).resize((320, 240)),
        ImageEnhance.Brightness(photo(1)).enhance(1.2),
        photo(1).crop((6, 4, 634, 476)),
    ]
    assert all(near(mine, likeness(jpeg(copy, 60))) for copy in copies)
    assert not any(near(mine, likeness(jpeg(photo(seed)))) for seed in range(2, 12))
    flat = likeness(jpeg(Image.new("RGB", (640, 480), "navy")))
    assert flat == ""
    assert not near(flat, flat)
    assert not near(None, mine)


def test_a_photo_that_an_earlier_post_showed_is_named_and_no_longer_its_own(
    make_post, picture, monkeypatch
):
    def shown(seed, look, kind=MediaKind.PHOTO):
        one = picture("Bidan menimbang balita di posyandu.", seed=seed)
        one.media.likeness, one.media.kind = look, kind
        return one

    mine = likeness(jpeg(photo(1)))
    old = make_post("submit", pictures=[shown(1, mine)], title="Posyandu Cepu")
    again = make_post(caption=LONG, pictures=[shown(2, mine), shown(3, likeness(jpeg(photo(5))))])
    poster = make_post(caption=LONG, pictures=[shown(4, mine, MediaKind.POSTER)])

    (same,) = found(again, "same_picture")
    assert (same.post_id, same.values["number"]) == (old.id, 1)
    assert points(again)["photo"] == 20  # the other one is new
    assert found(poster, "same_picture") == []
    assert points(poster)["photo"] == 10


# -- greetings, and the score ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_greeting"),
    [
        ("Segenap jajaran Dinas Kesehatan mengucapkan Selamat Hari Guru.", True),
        ("Dirgahayu Republik Indonesia ke-81!", True),
        ("Turut berduka cita atas wafatnya Bapak Sutrisno.", True),
        ("Selamat datang Bapak Bupati", True),
        ("Halo, warga Blora! Selamat memperingati Hari Pahlawan.", True),
        ("Sebanyak 120 warga mengikuti donor darah. Selamat dan sukses!", False),
        ("Warga selamat dari banjir", False),
    ],
)
def test_a_greeting_is_known_by_how_it_begins(text, is_greeting):
    assert (ceremonial.opening(text) is not None) is is_greeting


def test_a_greeting_under_another_name_is_advice_and_under_its_own_is_none(make_post):
    caption = "Dinas Kesehatan mengucapkan Selamat Hari Guru."
    (advice,) = found(make_post(caption=caption), "ceremonial")
    assert (advice.field, caption[advice.start : advice.end]) == ("caption", "mengucapkan")
    assert not advice.blocks
    assert found(make_post(caption=caption, kind=PostKind.UCAPAN), "ceremonial") == []


@pytest.mark.parametrize(
    ("fields", "point", "earned"),
    [
        ({}, "questions", 20),
        ({"why": "Agar terlindung", "how": "Datang"}, "questions", 30),
        ({"what": "", "who": " "}, "questions", 10),
        ({}, "photo", 0),
        ({}, "alt_text", 0),
        ({}, "use", 20),
        ({"benefit": ""}, "use", 0),
        ({"benefit": "", "caption": "Hubungi 119."}, "use", 20),
        ({}, "identity", 10),
        ({"caption": "Imunisasi gratis.", "hashtags": ""}, "identity", 0),
        ({"caption": "Bersama Dinas Kesehatan.", "hashtags": ""}, "identity", 10),
        ({}, "timely", 10),
        ({"when": "Senin pagi"}, "timely", 0),
        ({"when": "16 November 2026"}, "timely", 0),
        ({"when": "21/11/2026"}, "timely", 10),
        ({"when": "31 Februari 2026"}, "timely", 0),
    ],
)
def test_each_point_of_the_rubric_is_earned_for_a_reason(make_post, fields, point, earned):
    post = make_post(**fields)

    assert points(post)[point] == earned


def test_the_sum_is_that_of_the_points_and_a_region_weighs_them_itself(make_post, budi, blora):
    post = make_post()
    score = checking.review(post, at=NOW).score
    assert (score.earned, score.total) == (20 + 20 + 10 + 10, 100)
    assert all(one.message for one in score.points)

    weights = dict.fromkeys(checking.weights(blora.id), 0) | {"questions": 50, "use": 7}
    checking.set_weights(blora, weights, actor=budi, at=NOW)
    score = checking.review(post, at=NOW).score
    assert (score.earned, score.total) == (33 + 7, 57)  # 4 of 6 of 50 is 33
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["rubric.weigh"]
    for wrong in ({"use": 5}, weights | {"use": 101}, dict.fromkeys(weights, 0)):
        with pytest.raises(Invalid):
            checking.set_weights(blora, wrong, actor=budi, at=NOW)


def test_a_review_takes_five_queries_however_much_there_is(make_post, picture, budi, blora):
    post = make_post(caption=LONG, pictures=[picture("Warga antre.")])

    def queries():
        post.office.region  # noqa: B018 - loaded by whoever asks
        counted = []
        listener = lambda *_: counted.append(1)  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listener)
        checking.review(post, at=NOW)
        sa.event.remove(db.engine, "before_cursor_execute", listener)
        return len(counted)

    queries()
    with_nothing = queries()
    for n in range(5):
        make_post("submit", caption=f"{LONG} {n}", pictures=[picture("Warga.", seed=n + 2)])
        checking.add_words(blora, f"kata{'abcde'[n]}", actor=budi, at=NOW)
    db.session.commit()
    queries()

    assert with_nothing == queries() == 5


def test_a_sketch_that_was_never_saved_is_reviewed_like_the_post(make_post):
    post = make_post(caption=LONG)
    sketch = drafting.sketch(post, drafting.Fields.of(post))

    assert checking.review(sketch, at=NOW) == checking.review(post, at=NOW)


def test_a_day_is_read_as_people_write_it():
    today = date(2026, 11, 24)
    assert rubric.day_in("Senin, 23 November 2026", today) == date(2026, 11, 23)
    assert rubric.day_in("21–23 Nov, 20 november", today) == date(2026, 11, 20)
    assert rubric.day_in("besok", today) is None


def test_offices_of_one_region_share_its_words_and_no_other(make_post, budi, rembang, blora):
    checking.add_words(blora, "ngapak", actor=budi, at=NOW)

    assert list(checking.words(blora)) == ["ngapak"]
    assert list(checking.words(rembang)) == []
    assert checking.yardsticks(office(rembang, "Dinas Sosial", "Dinsos")).words == frozenset()
