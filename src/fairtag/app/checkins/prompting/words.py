"""What is a wearer told when they are asked, or when recording stops? In each language.

The server need not open who the wearer is to know a language: a device gets all of them and
shows the wearer's.
All but the English are translations that no speaker has reviewed.
"""

from __future__ import annotations

UNREVIEWED = ("cy", "ar", "sq", "pl", "vi")
_SAID: dict[str, dict[str, str]] = {
    "face_photo": {
        "en": "Please take a photo of your face. If you can't now, say so: it costs nothing.",
        "cy": "Tynnwch lun o'ch wyneb. Os na allwch nawr, dywedwch hynny: nid yw'n costio dim.",
        "ar": "يرجى التقاط صورة لوجهك. إذا كنت لا تستطيع الآن فأخبرنا: لن يُحسب ذلك عليك.",
        "sq": "Ju lutem bëni një foto të fytyrës. Nëse nuk mundeni tani, thojeni: nuk ju kushton.",
        "pl": "Zrób zdjęcie swojej twarzy. Jeśli teraz nie możesz, powiedz: nic to nie kosztuje.",
        "vi": "Vui lòng chụp ảnh khuôn mặt. Nếu bây giờ không thể, hãy cho biết: không bị tính.",
    },
    "on_device_result": {
        "en": "Please confirm on your device that it is you. If you can't now, say so.",
        "cy": "Cadarnhewch ar eich dyfais mai chi sydd yno. Os na allwch nawr, dywedwch hynny.",
        "ar": "يرجى التأكيد على جهازك أنك أنت. إذا كنت لا تستطيع الآن فأخبرنا.",
        "sq": "Ju lutem konfirmoni në pajisje që jeni ju. Nëse nuk mundeni tani, thojeni.",
        "pl": "Potwierdź na urządzeniu, że to ty. Jeśli teraz nie możesz, powiedz to.",
        "vi": "Vui lòng xác nhận trên thiết bị rằng đó là bạn. Nếu không thể, hãy cho biết.",
    },
    "taken_back": {
        "en": "You need not answer this check-in. It does not count against you.",
        "cy": "Nid oes angen ateb hwn. Nid yw'n cyfrif yn eich erbyn.",
        "ar": "لا حاجة للرد على هذا الطلب. لن يُحسب عليك.",
        "sq": "Nuk keni nevojë t'i përgjigjeni. Nuk llogaritet kundër jush.",
        "pl": "Nie musisz na to odpowiadać. Nie liczy się to przeciwko tobie.",
        "vi": "Bạn không cần trả lời. Điều này không được tính là bất lợi cho bạn.",
    },
    "paused": {
        "en": "Nobody asks you for a check-in now. It does not count against you.",
        "cy": "Nid oes neb yn gofyn i chi nawr. Nid yw'n cyfrif yn eich erbyn.",
        "ar": "لن يطلب منك أحد إثبات الحضور الآن. لن يُحسب ذلك عليك.",
        "sq": "Tani askush nuk ju kërkon. Nuk llogaritet kundër jush.",
        "pl": "Teraz nikt cię o nic nie prosi. Nie liczy się to przeciwko tobie.",
        "vi": "Hiện không ai yêu cầu bạn. Điều này không được tính là bất lợi cho bạn.",
    },
    "hours": {
        "en": "You are asked at most five times a day, and never in your protected hours.",
        "cy": "Gofynnir i chi bum gwaith y dydd ar y mwyaf, a byth yn eich oriau gwarchodedig.",
        "ar": "يُطلب منك خمس مرات في اليوم على الأكثر، ولا يُطلب أبداً في ساعاتك المحمية.",
        "sq": "Ju kërkohet më së shumti pesë herë në ditë, dhe kurrë në orët tuaja të mbrojtura.",
        "pl": "Prosimy najwyżej pięć razy dziennie i nigdy w twoich godzinach chronionych.",
        "vi": "Bạn được hỏi nhiều nhất năm lần một ngày, và không bao giờ trong giờ được bảo vệ.",
    },
    "review_stopped": {
        "en": (
            "Nobody looked at your order again by {by}, as they had to. So nothing is recorded or "
            "judged any more. The order has not ended: ask your lawyer. It does not count against "
            "you."
        ),
        "cy": (
            "Nid oes neb wedi adolygu'ch gorchymyn erbyn {by}, fel yr oedd yn rhaid. Felly nid oes "
            "dim yn cael ei gofnodi na'i farnu mwyach. Nid yw'r gorchymyn ar ben: gofynnwch i'ch "
            "cyfreithiwr. Nid yw'n cyfrif yn eich erbyn."
        ),
        "ar": (
            "لم يراجع أحد أمرك قبل {by} كما كان واجباً. لذلك لا يُسجَّل أي شيء ولا يُقيَّم بعد الآن. "
            "الأمر لم ينتهِ: اسأل محاميك. لن يُحسب ذلك عليك."
        ),
        "sq": (
            "Askush nuk e rishikoi urdhrin tuaj deri më {by}, siç duhej. Prandaj asgjë nuk "
            "regjistrohet dhe nuk gjykohet më. Urdhri nuk ka mbaruar: pyesni avokatin tuaj. Nuk "
            "llogaritet kundër jush."
        ),
        "pl": (
            "Nikt nie sprawdził ponownie twojego nakazu do {by}, choć musiał. Dlatego nic nie jest "
            "już zapisywane ani oceniane. Nakaz się nie skończył: zapytaj prawnika. Nie liczy się "
            "to przeciwko tobie."
        ),
        "vi": (
            "Không ai xem xét lại lệnh của bạn trước ngày {by} như phải làm. Vì vậy không còn gì "
            "được ghi lại hay đánh giá. Lệnh chưa kết thúc: hãy hỏi luật sư. Điều này không được "
            "tính là bất lợi cho bạn."
        ),
    },
    "review_standing": {
        "en": (
            "Nobody looked at your order again by {by}, as they had to. So where you are is kept "
            "around an alert only. What a court ordered, or what keeps a named person safe, still "
            "holds: ask your lawyer. It does not count against you."
        ),
        "cy": (
            "Nid oes neb wedi adolygu'ch gorchymyn erbyn {by}, fel yr oedd yn rhaid. Felly dim ond "
            "o gwmpas rhybudd y cedwir ble rydych chi. Mae'r hyn a orchmynnodd llys, neu sy'n "
            "cadw person penodol yn ddiogel, yn dal mewn grym: gofynnwch i'ch cyfreithiwr. Nid "
            "yw'n cyfrif yn eich erbyn."
        ),
        "ar": (
            "لم يراجع أحد أمرك قبل {by} كما كان واجباً. لذلك لا يُحفظ مكانك إلا حول تنبيه. ما أمرت "
            "به محكمة أو ما يحمي شخصاً معيّناً يبقى سارياً: اسأل محاميك. لن يُحسب ذلك عليك."
        ),
        "sq": (
            "Askush nuk e rishikoi urdhrin tuaj deri më {by}, siç duhej. Prandaj vendi ku jeni "
            "ruhet vetëm rreth një alarmi. Ajo që urdhëroi gjykata, ose që mbron një person të "
            "caktuar, vlen ende: pyesni avokatin tuaj. Nuk llogaritet kundër jush."
        ),
        "pl": (
            "Nikt nie sprawdził ponownie twojego nakazu do {by}, choć musiał. Dlatego miejsce, w "
            "którym jesteś, jest zapisywane tylko wokół alarmu. To, co nakazał sąd lub co chroni "
            "określoną osobę, nadal obowiązuje: zapytaj prawnika. Nie liczy się to przeciwko tobie."
        ),
        "vi": (
            "Không ai xem xét lại lệnh của bạn trước ngày {by} như phải làm. Vì vậy nơi bạn ở chỉ "
            "được lưu quanh một cảnh báo. Điều tòa án đã ra lệnh, hoặc điều bảo vệ một người cụ "
            "thể, vẫn còn hiệu lực: hãy hỏi luật sư. Điều này không được tính là bất lợi cho bạn."
        ),
    },
    "review_made": {
        "en": "Your order was looked at again and goes on. What it asks is recorded again.",
        "cy": "Mae'ch gorchymyn wedi'i adolygu ac mae'n parhau. Cofnodir eto'r hyn a ofynna.",
        "ar": "تمت مراجعة أمرك وهو مستمر. يُسجَّل من جديد ما يطلبه الأمر.",
        "sq": "Urdhri juaj u rishikua dhe vazhdon. Ajo që kërkon ai regjistrohet përsëri.",
        "pl": "Twój nakaz sprawdzono ponownie i obowiązuje dalej. Znów zapisujemy, czego wymaga.",
        "vi": "Lệnh của bạn đã được xem xét lại và tiếp tục. Điều lệnh yêu cầu lại được ghi lại.",
    },
    "stop": {
        "en": "The order is over. This device records nothing more; please hand it back.",
        "cy": "Mae'r gorchymyn ar ben. Nid yw'r ddyfais yn cofnodi mwy; dychwelwch hi.",
        "ar": "انتهى الأمر. هذا الجهاز لا يسجل شيئاً بعد الآن؛ يرجى إعادته.",
        "sq": "Urdhri ka mbaruar. Kjo pajisje nuk regjistron më asgjë; ju lutem kthejeni.",
        "pl": "Nakaz się skończył. Urządzenie niczego już nie zapisuje; prosimy je oddać.",
        "vi": "Lệnh đã kết thúc. Thiết bị này không ghi gì nữa; vui lòng trả lại.",
    },
}


def said(code: str, **places: str) -> dict[str, str]:
    """Give the words of a code by language, with what stands in their places.

    Example:
        >>> said("stop")["pl"][:6]
        'Nakaz '
    """
    return {language: words.format(**places) for language, words in _SAID[code].items()}
