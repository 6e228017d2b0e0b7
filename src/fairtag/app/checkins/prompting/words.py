"""What is a wearer told when they are asked? In each language; the device shows the wearer's.

The server need not open who the wearer is to know a language: a device gets all of them.
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
    "danger": {
        "en": "Somebody may be in danger. Please ring the emergency number now.",
        "cy": "Efallai bod rhywun mewn perygl. Ffoniwch y rhif argyfwng nawr.",
        "ar": "قد يكون شخص في خطر. يرجى الاتصال برقم الطوارئ الآن.",
        "sq": "Dikush mund të jetë në rrezik. Ju lutem telefononi numrin e urgjencës tani.",
        "pl": "Komuś może grozić niebezpieczeństwo. Zadzwoń teraz na numer alarmowy.",
        "vi": "Có thể có người đang gặp nguy hiểm. Xin hãy gọi số khẩn cấp ngay.",
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
    "stop": {
        "en": "The order is over. This device records nothing more; please hand it back.",
        "cy": "Mae'r gorchymyn ar ben. Nid yw'r ddyfais yn cofnodi mwy; dychwelwch hi.",
        "ar": "انتهى الأمر. هذا الجهاز لا يسجل شيئاً بعد الآن؛ يرجى إعادته.",
        "sq": "Urdhri ka mbaruar. Kjo pajisje nuk regjistron më asgjë; ju lutem kthejeni.",
        "pl": "Nakaz się skończył. Urządzenie niczego już nie zapisuje; prosimy je oddać.",
        "vi": "Lệnh đã kết thúc. Thiết bị này không ghi gì nữa; vui lòng trả lại.",
    },
}


def said(code: str) -> dict[str, str]:
    """Give the words of a code by language.

    Example:
        >>> said("stop")["pl"][:6]
        'Nakaz '
    """
    return _SAID[code]
