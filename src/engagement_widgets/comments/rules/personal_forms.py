"""The forms of personal data: what Vietnam's telephone numbers, citizen IDs, accounts and addresses look like, folded.

Sources: the numbering plan (mobile prefixes since 2018, landlines with 02 since 2017), the citizen ID's structure
(Circular 59/2021/TT-BCA: province, century and sex, year of birth). Every repetition is bounded: no text is slow.
"""

import re

SPOKEN = dict(zip("khong mot hai ba bon nam sau bay tam chin".split(), "0123456789", strict=True)) | {  # noqa: SIM905
    "hong": "0",
    "zero": "0",
    "tu": "4",
    "lam": "5",
}
TOKEN = re.compile(r"[0-9oil]*[0-9][0-9oil]*|[a-z]+")
READ = str.maketrans("oil", "011")
AS_DIGITS = frozenset("oOiIlL")
GAP = re.compile(r"[ .\-–—_()*|·~]{0,3}")
SPOKEN_GAP = re.compile(r"[ .,\-–—_()*|·~]{0,3}")
SHORTEST, LONGEST = 6, 19  # digits of an account number; every other number has more than the shortest

_MOBILE = r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}"
_LANDLINE = r"2(?:[48][0-9]{8}|(?:0[3-9]|1[0-6689]|2[0-25-9]|3[2-9]|5[1-9]|6[0-39]|7[0-7]|9[0-469])[0-9]{7})"
PHONE = re.compile(f"(?:0|(?P<abroad>(?:00)?840?))(?P<rest>{_MOBILE}|{_LANDLINE})")
_PROVINCES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042"
    " 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087"
    " 089 091 092 093 094 095 096"
)
CITIZEN_ID = re.compile(f"(?:{_PROVINCES.replace(' ', '|')})(?:[01][0-9]{{2}}|[23](?:[0-2][0-9]))[0-9]{{6}}")
ACCOUNT = re.compile(f"[0-9]{{{SHORTEST},{LONGEST}}}")
DATE = re.compile(r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}")

_BANKS = (
    "vietcombank|vcb|techcombank|tcb|mb ?bank|bidv|agribank|vietinbank|ctg|acb|sacombank|tpbank|vpbank|vib|shb|hdbank"
    "|ocb|msb|eximbank|seabank|lpbank|momo|zalopay|viettelpay"
)
ANNOUNCED = re.compile(r"(?:\bstk|\bso tk|\btk|tai khoan|\bck|chuyen khoan|\baccount)\b[^0-9\n]{0,24}$")
BANK_BEFORE = re.compile(rf"\b(?:{_BANKS})\b[^0-9a-z\n]{{0,4}}(?:[a-z]+ ){{0,3}}$")
BANK_AFTER = re.compile(rf"[^0-9a-z\n]{{0,4}}(?:(?:tai|ngan hang|nh|ck) ?){{0,2}}(?:{_BANKS})\b")
MEASURE = re.compile(
    r" ?(?:%|(?:d|do|ty|ngan|k|tan|m[23]?|ha|ho|the)\b|dong|vnd|usd|trieu|nghin|nguoi|khach|luot|km|kg|giao dich)"
)
NEAR = 48  # glyphs before a number that can announce an account

_MAIL_DOMAIN = r"(?:gmail|yahoo|outlook|hotmail|icloud|proton|protonmail|mail)"
_AT = rf"(?:@|[(\[{{] ?(?:at|a cong) ?[)\]}}]|(?:(?<= )a cong|(?<= )at(?= {_MAIL_DOMAIN})))"
_DOT = r"(?:\.|[(\[{] ?(?:dot|cham) ?[)\]}]|(?<= )(?:dot|cham)(?= ))"
EMAIL = re.compile(
    rf"(?<![\w.+-])[a-z0-9][\w.+-]{{0,63}} ?{_AT} ?[a-z0-9][a-z0-9-]{{0,62}}"
    rf"(?: ?{_DOT} ?[a-z0-9][a-z0-9-]{{1,62}}){{1,4}}"
)
