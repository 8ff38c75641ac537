"""Cut the captcha's faces down to its alphabet and rename them. Needs fontTools and the packages of README.md."""  # noqa: INP001  # a script beside the fonts it makes, no part of the package

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from engagement_widgets.captcha.codes import ALPHABET

DEBIAN = Path("/usr/share/fonts")
SOURCES = (
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/dejavu/DejaVuSerif-Bold.ttf",
    "truetype/dejavu/DejaVuSansMono-Bold.ttf",
    "truetype/noto/NotoSans-Bold.ttf",
    "truetype/noto/NotoSerif-Bold.ttf",
    "opentype/roboto/slab/RobotoSlab-Bold.otf",
    "opentype/league-spartan/LeagueSpartan-ExtraBold.otf",
    "opentype/courier-prime/Courier Prime Bold.otf",
)
KEPT_NAMES = (0, 14)  # copyright and licence address stay with every copy; the licences lie beside


def cut(source: Path, target: Path, name: str) -> None:
    """Write the subset of one face under a new name."""
    font = TTFont(source)
    options = Options(hinting=False, layout_features=[], name_IDs=list(KEPT_NAMES), notdef_outline=True)
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "FFTM", "DSIG", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(text=ALPHABET)
    subsetter.subset(font)
    for record, text in ((1, name), (2, "Bold"), (4, name), (6, name.replace(" ", ""))):
        font["name"].setName(text, record, 3, 1, 0x409)
    if "CFF " in font:
        font["CFF "].cff.fontNames = [name.replace(" ", "")]
    font.save(target)


if __name__ == "__main__":
    here = Path(__file__).parent
    for number, source in enumerate(SOURCES, start=1):
        cut(DEBIAN / source, here / f"ew-{number}{Path(source).suffix}", f"EW Captcha {number}")
