"""With which words does the wearer's page speak? Short ones, by key, for somebody who is afraid.

A translation is another table with the same keys. Nothing here blames anybody.
"""

from __future__ import annotations

from fairtag.custody.delay import DelayReason
from fairtag.custody.opening import GrantKind, Purpose
from fairtag.review.deciding import Outcome

WORDS = {
    "title": "Your monitoring",
    "sign_in": "See your page",
    "sign_in_lead": (
        "Your officer gives you a paper with a reference and a code. The code works once. This "
        "page does not show where you are, to you or to anybody else."
    ),
    "reference": "Your reference",
    "code": "Your code",
    "code_hint": "Three groups of four letters or numbers. Capital or small letters: both work.",
    "go": "Show my page",
    "refused": "That did not work",
    "leave": "Leave this page",
    "left": "You have left your page. Nobody can see it on this screen now.",
    "lead": (
        "Here you can see what is recorded about you, who looked at it, and why. You can say so "
        "if something is wrong. Reading this page, or writing here, never counts against you."
    ),
    "collected": "What is recorded",
    "under": "Under which order",
    "order": "Order",
    "made_by": "Made by",
    "law": "Legal basis",
    "lasts": "From",
    "ends": "It ends",
    "review": "It must be looked at again by",
    "devices": "Device",
    "asks": "What the order asks for",
    "where_kept": (
        "Your device sends where it is and how it is (battery, strap). This is locked. It is "
        "opened only for a reason that stands above. How places are judged is written in plain "
        "words here:"
    ),
    "rules": "How the positions of your device are judged",
    "stopped": (
        "Nobody looked at this order again by {by}, as the law and the order ask. So nothing is "
        "recorded any more since {since}."
    ),
    "not_judged": (
        "Nothing is judged either. The order itself has not ended: ask your lawyer what that means "
        "for you."
    ),
    "standing": (
        "What a court ordered, or what keeps a named person safe, still holds and is judged; where "
        "your device was is not kept, save around an alert. Ask your lawyer what that means for "
        "you."
    ),
    "told_stopped": "{who}: a notice of this was sent ({when}).",
    "told_resumed": (
        "{who}: a notice was sent that the order was looked at again and goes on ({when})."
    ),
    "told_waits": "It could not be handed over yet and is tried again.",
    "nobody_told": (
        "No address is known for you or your lawyer, so nobody else was sent a notice of this. "
        "Your officer can write an address down."
    ),
    "noticed": "You got a notice with a reference that begins with n_?",
    "noticed_lead": (
        "It is about a review of a wearer's order. A wearer finds here what it says. Do you "
        "represent a wearer? Ask them, or call the office that made the order and name the "
        "reference: a notice says nothing else, because mail is not private."
    ),
    "held": "What is kept longer",
    "held_until": "Until {until}.",
    "no_order": "No order about you is stored here.",
    "looked": "Who looked, and why",
    "looked_lead": (
        "Every look is written down before anything is opened. Nobody can remove it without that "
        "being noticed. The newest is on top."
    ),
    "nobody": "Nobody has looked at what is recorded about you.",
    "when": "When",
    "who": "Who",
    "what": "What",
    "why": "Why",
    "proof": "Proof",
    "proof_later": "It has no number yet; come back later.",
    "proof_link": "Proof for you or your lawyer (entry {n})",
    "times": "of the time from {since} to {upto}",
    "two_people": "A second person agreed to it.",
    "was_refused": "This was asked for and refused. Nothing was opened.",
    "late": "You are told of this late: it had to wait until {until}, because {why}.",
    "disclosed": "What was passed on",
    "not_disclosed": "Nothing about you was passed on to anybody else.",
    "to_whom": "To whom",
    "check_ins": "Your check-in pictures",
    "check_ins_lead": (
        "A machine only says 'yes' or 'ask a person'. Everything else people decide. Whoever looks "
        "at your picture does not see your name or where you come from."
    ),
    "again": "You can send another picture in the app until {until}.",
    "say": "Tell us what happened",
    "say_hint": (
        "In your own words, in any language. An officer must read it before deciding. Writing "
        "never counts against you."
    ),
    "say_send": "Send this",
    "say_done": "Your text has arrived. Whoever decides must read it first.",
    "said": "You have written about it ({n}).",
    "decided": "What people decided",
    "not_decided": "Nobody has decided anything about you.",
    "decided_by": "Decided by: {who}.",
    "reason": "Their reason",
    "excuse": "What they say about your reason",
    "open_again": "Something has changed since. An officer must look at it again.",
    "replaced": "A later decision stands in its place. This one no longer counts.",
    "to_contest": "It is wrong: tell us why",
    "about": "About you, if you want to say",
    "about_lead": (
        "Machines that compare faces make more mistakes with some people than with others. If you "
        "say here who you are, we can count whether this one does. You need not. No officer, no "
        "rule and no machine that decides can see it; it is only counted, together with at least "
        "nine others. You can change it or take it back whenever you want."
    ),
    "about_send": "Save",
    "about_none": "I don't say",
    "about_said": "You have said something here. We can't show it, not even to you.",
    "about_saved": "Saved.",
    "about_back": "Nothing is kept.",
    "about_hint": "Choose nothing and save to take back what you said.",
    "contest": "Is something wrong?",
    "contest_lead": (
        "Write it in your own words, in any language. Your text is locked. An officer must answer "
        "it. What it is about is kept until 28 days after the answer, so that it can be checked."
    ),
    "contest_label": "What is wrong?",
    "contest_send": "Send",
    "contest_done": "Your text has arrived. An officer must answer it.",
    "contests": "What you wrote to us",
    "contest_open": "waits for an answer",
    "contest_closed": "answered {when}",
    "complaint": "Do you want to complain?",
    "complaint_lead": (
        "About how somebody treats you, about your device, or about how your data are handled. "
        "Write it in your own words, in any language, or by letter or phone: your officer writes "
        "it down. Whoever it is about can't read it and does not answer it. Complaining never "
        "counts against you."
    ),
    "complaint_label": "What happened?",
    "complaint_about": "Is it about one of these people? Their references stand above",
    "complaint_nobody": "No, or I don't know",
    "complaint_send": "Send your complaint",
    "complaint_sent": (
        "Your complaint has arrived. This page tells by when you are answered. Until 28 days after "
        "the answer nothing about you is destroyed."
    ),
    "complaints": "Your complaints",
    "complaint_came": "It came {how} on {day}.",
    "complaint_open": "You are answered here by {day}, and not by whoever it is about.",
    "complaint_late": (
        "We are late. You can turn to the Information Commissioner (ico.org.uk) or ask your "
        "Member of Parliament for the Ombudsman."
    ),
    "complaint_done": "Answered {when} by {by}: {outcome}.",
    "complaint_not_content": (
        "Not content with an answer? Data: the Information Commissioner (ico.org.uk). How you are "
        "treated: ask your Member of Parliament for the Ombudsman."
    ),
    "zone": "Times are those of {zone}.",
    "help": (
        "Are you in danger, or is somebody else? Call 999 or 112 now. Would you like help with "
        "this page? Ask your lawyer, or Citizens Advice: your officer must give you their number."
    ),
    "rehearsal": "Rehearsal. The people on these pages are invented.",
    "demo": "Demo time. The clock runs faster than yours.",
    "unwitnessed": (
        "Unwitnessed. Nobody outside this office keeps what would show that the list of who looked "
        "at your data was changed."
    ),
    "shut": "This page can't be shown now",
    "shut_lead": "The fault is ours. It does not count against you. Please try again later.",
    "back": "Back to your page",
}
CHECK_INS = {
    "waits": "A person will look at this picture. Nothing is wrong. You need not do anything.",
    "confirmed": "People looked at it: it is you.",
    "cant_tell": (
        "From this picture nobody could tell. That does not count against you. You may be asked "
        "again, or somebody rings you."
    ),
    "not_confirmed": (
        "Two people, each on their own, were not sure that this picture shows you. This is not a "
        "decision. An officer looks at it next, and must first read what you write here: bad "
        "light, an illness, a bandage, a new haircut, anything."
    ),
    "decided": (
        "Two people were not sure that this picture shows you. An officer has decided about it: "
        "see 'What people decided'."
    ),
}
FOUND = {
    Outcome.NO_VIOLATION: "Nothing is held against you.",
    Outcome.EXCUSED: "Your reason was accepted. Nothing is held against you.",
    Outcome.AUTHORISED: "You had permission. Nothing is held against you.",
    Outcome.NON_COMPLIANCE: (
        "An officer found that this part of your order was not kept, and did not accept a reason. "
        "This is what one officer found. Only a court can say more. You can say that it is wrong: "
        "then an officer must look at it again."
    ),
}
HOWS = {
    "letter": "by letter",
    "phone": "by phone",
    "in person": "in person",
    "by somebody for them": "from somebody for you",
    "their page": "from this page",
    "their app": "from your app",
}
OUTCOMES = {
    "upheld": "you were right",
    "upheld in part": "you were right in part",
    "not upheld": "we don't agree",
    "taken back": "you took it back",
}
WHOM = {"wearer": "You", "representative": "Your representative"}
ROLES = {
    "officer": "Officer",
    "supervisor": "Supervisor",
    "caseworker": "Caseworker",
    "inspector": "Inspector",
    "contractor": "Technician",
    "reviewer": "Reviewer",
    "admin": "Administrator",
    "liaison": "Liaison",
}
LOOKED_AT = {
    GrantKind.URGENT_ALERT: "Your name, and where your device was around an urgent alert",
    GrantKind.ALERT_COPY: "Your name, and the positions that an alert rests on",
    GrantKind.TEXTS: "What people wrote while they handled an alert; no position",
    GrantKind.WINDOW: "Your name, and where your device was",
    GrantKind.BREAK_GLASS: "Your name, and where your device was, because a life was in danger",
    GrantKind.THIRD_PERSON: "A note",
    GrantKind.PHOTOS: "A few pictures of you, without your name",
}
PURPOSES = {
    Purpose.HANDLE_ALERT: "Your device or a clock told of something; a person had to look.",
    Purpose.PROTECT_PERSON: "To keep somebody safe.",
    Purpose.CHECK_EQUIPMENT: "To see whether your device works.",
    Purpose.REVIEW_HANDLING: "To check how staff had handled something.",
    Purpose.ANSWER_COMPLAINT: "To answer a complaint.",
    Purpose.PREPARE_COURT: "For a court or tribunal.",
    Purpose.CONFIRM_CHECK_IN: "To say whether a check-in picture shows you.",
    Purpose.MEASURE_REVIEWERS: (
        "To check how well the people who look at pictures do it. It was not about you."
    ),
    Purpose.CONFIRM_ENROLMENT: "To see that pictures you took show you, before they are used.",
    Purpose.THREAT_TO_LIFE: "Somebody thought a life was in danger. Another person checks that.",
}
DELAYS = {
    DelayReason.DANGER: "telling you at once could have put somebody in danger",
    DelayReason.INQUIRY: "telling you at once could have undone a lawful inquiry",
    DelayReason.STAFF: "telling you at once could have put staff in danger",
}
CONDITIONS = {
    "Curfew": "Be at an address at certain times",
    "ExclusionZone": "Stay out of an area",
    "InclusionZone": "Stay in an area",
    "Attendance": "Keep appointments",
    "Trail": "Where your device was is kept for the time the order says",
    "CheckIn": "Answer check-ins",
}

# What a wearer may say of themselves: what the form sends, what it asks, what it offers.
QUESTIONS = (
    (
        "ethnic_group",
        "Ethnic group",
        (
            ("asian", "Asian"),
            ("black", "Black"),
            ("mixed", "Mixed"),
            ("white", "White"),
            ("other", "Another one"),
        ),
    ),
    (
        "skin_tone",
        "Skin tone",
        (("lighter", "Lighter"), ("medium", "In between"), ("darker", "Darker")),
    ),
    ("sex", "Sex", (("female", "Female"), ("male", "Male"), ("other", "Another one"))),
    (
        "age",
        "Age",
        tuple((one, one) for one in ("18-24", "25-34", "35-49", "50-64", "65+")),
    ),
)
