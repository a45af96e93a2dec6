"""Texts as people write them and as nobody should."""

from hypothesis import strategies as st

_WRITTEN = "abc XYZ 019 .,;:!?@$_-'\"()/&%+áàâãéêíóôõúüçÁÀÂÃÉÊÍÓÔÕÚÜÇªº“”‘’–—…•€^{}[]~|\\\n\r\t"
_EXTENDED = "^{}\\[~]|€"
_ASTRAL = "😀😁👍🏽🇧🇷👨‍👩‍👧"

any_character = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\r\t\f")

portuguese = st.text(st.sampled_from(_WRITTEN), max_size=700)
any_text = st.one_of(
    portuguese,
    st.text(any_character, max_size=400),
    st.text(st.sampled_from(_EXTENDED + "a"), max_size=700),
    st.text(st.sampled_from(_ASTRAL + "ãa"), max_size=400),
)
