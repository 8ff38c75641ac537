r"""Three hundred comments that hide what they say, kept apart from the tests of the rules: nobody tunes a list to them.

Each line is a comment of our own; a group shares the trick that its name tells. `\u` and `;` enclose a code point.
"""

import re
from collections.abc import Mapping

_CODE_POINT = re.compile(r"\\u([0-9a-f]{4,5});")


def _group(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.strip().splitlines())
    return tuple(_CODE_POINT.sub(lambda found: chr(int(found.group(1), 16)), line) for line in lines)


EVASIONS: Mapping[str, tuple[str, ...]] = {
    "signs between letters": _group(r"""
        đ.m thằng viết bài
        Đ.M mày
        đ-m cái loại này
        đ_m nói thế mà cũng nói
        bài này viết như c.ứ.t
        l.ồ.n gì cũng nói được
        l-ồ-n thật
        đồ c.ặ.c
        c/ặ/c gì thế
        đ.ị.t mẹ chúng mày
        đ*ị*t cả lũ
        n.g.u thế mà cũng bình luận
        n-g-u vừa thôi bạn ơi
        N.G.U như bò
        b.u.ồ.i nhé
        v.c.l luôn
        v~c~l thật sự
        đ.é.o tin được
        đ/é/o ai tin
        đ.ụ má tụi bây
        ó.c c.h.ó
        óc-chó
        óc.chó hết cả lũ
        m.ấ.t d.ạ.y vừa thôi
        k.h.ố.n n.ạ.n thật
        n.h.à c.á.i uy tín nhất
        t.à.i x.ỉ.u đổi tiền thật
        n.ổ h.ũ tặng vốn
        l.ô đ.ề chốt số tại đây
        c.á đ.ộ bóng đá mỗi đêm
        v.a.y t.i.ề.n nhanh không thẩm định
        v-a-y n-ó-n-g lãi thấp
        g.á.i g.ọ.i sinh viên
        f.u.c.k you
        s.h.i.t
        c.l.g.t vậy trời
        """),
    "letters apart": _group(r"""
        n g u quá bạn ơi
        đồ n g u
        n  g  u thật
        N G U thế không biết
        l ồ n gì vậy
        c ặ c ấy
        đ ị t mẹ nó
        đ ụ má
        đ m nhà báo
        Đ M lũ này
        v c l thật
        v l bài báo
        b u ồ i
        đ é o hiểu
        c ứ t
        c l g t
        d c m mày
        ó c c h ó
        m ấ t d ạ y
        k h ố n n ạ n
        t à i x ỉ u uy tín
        n ổ h ũ
        n h à c á i
        c a s i n o trực tuyến
        v a y n ó n g
        l ô đ ề
        đ . m nhà nó
        n . g . u
        l _ ồ _ n
        f u c k
        l ồn thật
        c ặc gì
        đ ịt mẹ
        n gu thế
        ng u thế
        b uồi
        lồ n
        cặ c
        đé o tin
        """),
    "invisible characters": _group(r"""
        đ\u200b;m mày
        l\u200b;ồ\u200b;n
        l\u200d;ồn
        c\u200c;ặc
        n\u2060;g\u2060;u thế
        n\ufeff;g\ufeff;u như bò
        đ\u00ad;ị\u00ad;t mẹ
        đ\u034f;ị\u034f;t cụ
        b\u200b;u\u200b;ồi
        v\u200b;c\u200b;l
        ó\u200b;c c\u200b;hó
        tài\u200b; x\u200b;ỉu online
        nổ \u200b;h\u200b;ũ
        nhà\u2063; c\u2063;ái
        vay\u200b; n\u200b;óng
        đ\u3164;m mày
        cá\u200b; độ
        c\u180e;ứt
        """),
    "letters that look alike": _group(r"""
        lồп gì
        сặс gì thế
        ngυ thế
        пgu quá
        nցu như bò
        đụ mа
        ԁịt mẹ
        ðịt mẹ nhà nó
        Ɖịt mẹ
        bυồi
        νcl
        vсl thật
        đéо tin
        đéσ tin
        óс chó
        mất ԁạy
        cаsino uy tín
        саѕіnо
        tài хỉu
        nổ һũ đổi thưởng
        nһà cái
        vаy nóng
        ｎｇｕ thế
        ｌồｎ
        ｖｃｌ
        ⓝⓖⓤ quá
        🅝🅖🅤
        𝐧𝐠𝐮 vừa thôi
        𝓷𝓰𝓾
        𝖓𝖌𝖚 thế
        𝚟𝚌𝚕
        𝕧𝕔𝕝 luôn
        𝐯𝐚𝐲 𝐧ó𝐧𝐠
        𝗰𝗮𝘀𝗶𝗻𝗼
        𝘧𝘶𝘤𝘬
        ꜰᴜᴄᴋ
        ɴɢᴜ thế
        ⁿᵍᵘ
        𝒇𝒖𝒏𝟖𝟖
        ḟṳċḳ
        """),
    "digits and signs for letters": _group(r"""
        đ!t mẹ
        đ1t mẹ chúng nó
        d!t me may
        d1t me
        l0n thật
        l0`n
        c4c
        c@c gì
        c@k
        bu0i
        đe0 tin
        đ3o tin được
        0c ch0
        óc ch0
        đụ m@
        m@t day
        kh0n n@n
        c4sino
        c@s!no
        t@i x!u online
        n0 hu doi thuong
        nh@ c@i uy tin
        v@y nong
        fuck y0u
        $hit
        5hit
        b!tch
        sh!t
        |ồn
        vcI
        c|gt
        lừ@ vừa thôi đồ ngu
        """),
    "stacked marks": _group(r"""
        n\u0337;g\u0337;u\u0337; thế
        n\u0334;g\u0334;u\u0334;
        đ\u0336;m\u0336; mày
        v\u0335;c\u0335;l\u0335;
        l\u0338;ồ\u0338;n\u0338;
        c\u0489;ặ\u0489;c\u0489;
        n\u0300;\u0301;\u0302;\u0303;g\u0300;\u0301;\u0302;u\u0300;\u0301;\u0302;\u0303;
        f\u0332;u\u0332;c\u0332;k\u0332;
        đ\u0332;é\u0332;o\u0332;
        v\u20dd;c\u20dd;l\u20dd;
        c\u0333;a\u0333;s\u0333;i\u0333;n\u0333;o\u0333;
        n\u030a;ổ\u030a; h\u030a;ũ\u030a;
        b\u0337;u\u0337;ồ\u0337;i\u0337;
        đ\u0361;ị\u0361;t\u0361; mẹ
        """),
    "stretched letters": _group(r"""
        nguuuuu vậy trời
        ngguuu thế
        nnnngu
        NGUUUU quá
        lồnnnn
        lồồồn
        lllồn
        cặccccc
        cặặặc
        vclllll
        vvvccclll
        vlllll thật sự
        đmmmmm nhà báo
        đéooooo tin
        địtttt mẹ
        địt mẹeee
        đụụụ má
        đụ máaaa
        buồiiii
        cứttttt
        óc chóooo
        fuckkkkk
        shiiiit
        ngu dốttt
        casinooooo
        đồ nguuuu
        """),
    "teencode": _group(r"""
        zit me may
        zịt mẹ nó
        đjt mẹ
        djt me may
        djt mẹ
        đyt mẹ
        kặk
        kặc gì
        cặk
        kon kặc
        vkl
        vkl thật
        wá ngu
        ngu wá
        nqu thế
        thằng nqu
        loz gì vậy
        kẹc
        óc kchó
        mất zạy
        zo học
        dkm thằng viết
        đkm bài báo
        dcm
        dmm
        cmm
        kasino
        đồ nqu
        khốn nạn wá
        dz ngu vl
        ngu vl
        đéo bít gì
        đếk tin
        đĩ fò
        kâm mồm
        kút đi
        """),
    "no marks, or some": _group(r"""
        dit me may
        dit con me no
        ditme
        ditmemay
        du ma tui bay
        đit mẹ
        dịt me
        thang ngu nay biet gi
        do ngu
        oc cho het ca lu
        oc lon
        mat day vua thoi
        khon nan that
        ngu nhu bo
        ngu nhu cho
        cam mom di
        do khon
        deo biet gi
        nha cai uy tin nhat
        tai xiu online doi tien
        no hu doi thuong
        ca cuoc bong da hoan tra cuoc
        vay tien nhanh trong ngay
        vay von nhanh lai thap
        viec nhe luong cao
        kiem tien tai nha
        lien he zalo de vay
        cho vay tiền khong the chap
        """),
    "a sign for vowels": _group(r"""
        l*n gì
        c*c gì thế
        đ*t mẹ
        đ*o tin
        b*i
        c*t thật
        n*u thế
        c**t
        l#n
        f*ck
        sh*t
        b*tch
        đ*ị*t
        đ_t mẹ mày
        c•c
        """),
    "written together": _group(r"""
        địtmẹ
        địtmẹmày
        đụmá
        ócchó
        mấtdạy thế
        khốnnạn
        nhàcái uy tín
        tàixỉu
        nổhũ
        lôđề online
        vaynóng
        đồngu
        concặc
        vãilồn
        câmmồm
        ngunhưbò
        """),
}
