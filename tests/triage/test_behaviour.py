"""What must hold of every judgement, whatever the classifier was trained on."""

from __future__ import annotations

import gc
import random
import time

import opencc
import pytest

from triage.judging import Only, judge
from triage.phrases import read

RISKS = (
    "我想自殺。", "今晚我就跳樓。", "我唔想做人。", "我买了安眠药准备死。", "I want to kill myself.",
    "Tonight I am going to kill myself.", "Quero morrer.", "Vou me matar hoje à noite.",
)
CALM = (
    "今日返工好忙。食咗飯先。", "公司裁员，我想了解补偿。", "老婆话我成日加班。",
    "The shop cut my hours and I worry about rent.", "A loja fechou e procuro emprego.",
)
NOTES = (
    "來電者表示想輕生，有計劃。", "我頂唔順，唔想做人，藥都買好。", "求助者否认自杀念头，只是失眠。",
    "笑到我死，攰到死。", "歌詞寫住我想死。", "我没有想过自杀。", "活着没有意义，每天都想死。",
)


def rank(text: str, only: Only = Only.BOTH) -> int:
    code = judge(text, only).code
    return code.rank if code is not None else 0


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("text", [*CALM, *NOTES])
def test_adding_a_sentence_of_risk_never_lowers_the_code(text: str, risk: str) -> None:
    assert rank(text + risk) >= rank(text)
    assert rank(text + "\n" + risk, Only.RULES) >= max(rank(text, Only.RULES), rank(risk, Only.RULES))


@pytest.mark.parametrize("text", [*NOTES, *CALM])
def test_the_script_of_a_text_changes_nothing(text: str) -> None:
    simplified = opencc.OpenCC("t2s").convert(text)
    traditional = opencc.OpenCC("s2t").convert(simplified)
    first, second = judge(simplified), judge(traditional)
    assert (first.score, first.code) == (second.score, second.code)
    assert first.code == judge(text).code


@pytest.mark.parametrize(
    ("risk", "silenced"),
    [
        ("我想自杀", "我没有想过自杀"), ("我想自殺", "我從來冇諗過自殺"), ("我想死", "歌詞寫住「我想死」"),
        ("I want to kill myself", "I have never wanted to kill myself"),
        ("Quero morrer", "Não quero morrer"), ("I want to die", "The song says I want to die"),
        ("Quero me matar", "Nunca pensei em me matar"), ("我要跳楼", "電影主角說我要跳樓"),
    ],
)
def test_denying_or_quoting_lowers_the_code_and_the_score(risk: str, silenced: str) -> None:
    assert rank(silenced, Only.RULES) < rank(risk, Only.RULES)
    assert judge(silenced).score < judge(risk).score
    assert rank(silenced) <= rank(risk)


@pytest.mark.parametrize(
    ("text", "swaps"),
    [
        ("{}話唔想做人，想死", ("老公", "老婆", "個仔", "個女")),
        ("我係{}，放無薪假，成日想死", ("澳門人", "菲律賓人", "越南人", "香港人")),
        ("我喺{}做，被裁咗，好攰", ("賭場", "酒店", "地盤", "銀行")),
        ("{}告诉我活着没意思", ("他", "她")),
        ("My {} left and I want to die", ("husband", "wife", "boyfriend", "girlfriend")),
        ("I am a {} and I cannot sleep", ("man", "woman", "filipino", "chinese")),
        ("The {} fired me, I feel hopeless", ("casino", "hotel", "bank", "factory")),
        ("O meu {} deixou-me e quero morrer", ("marido", "namorado")),
        ("{}先生來電，表示不想活", ("陳", "王", "李", "黃")),
    ],
)
def test_who_somebody_is_changes_nothing(text: str, swaps: tuple[str, ...]) -> None:
    found = {(judge(text.format(swap)).code, judge(text.format(swap)).alert) for swap in swaps}
    assert len(found) == 1


def test_the_order_of_sentences_changes_nothing() -> None:
    sentences = ["我失眠好耐。", "公司裁員。", "我想死。", "I cannot sleep.", "以前有試過𠝹手。", "老婆走咗。"]
    first = judge("".join(sentences))
    for seed in range(5):
        shuffled = random.Random(seed).sample(sentences, len(sentences))
        second = judge("".join(shuffled))
        assert second.code == first.code
        assert second.score == pytest.approx(first.score, abs=1e-5)


HOSTILE = {
    "nothing": "", "blank": " \n\t" * 1000, "one letter": "a" * 1_000_000, "digits": "7" * 500_000,
    "emoji": "😭🔪💊" * 100_000, "mixed direction": "\u202e死\u2066想 \u200fkill\u202c" * 60_000,
    "combining": "e\u0301\u0302\u0303" * 200_000, "surrogates": "\ud800死" * 200_000,
    "nulls": "\x00" * 1_000_000, "quotes": "\"'「」『』《》" * 100_000,
    "brackets": "(" * 300_000, "commas": "想，" * 300_000, "near misses": "想 不 想 不 " * 100_000,
    "i i i": "i " * 400_000, "not not": "not never no " * 80_000, "kill kill": "i want to " * 80_000,
    "risk repeated": "我想死" * 300_000, "sentences": "我今日好攰。" * 170_000,
    "transcript": "社工：有冇諗過自殺？\n來電者：冇\n" * 40_000, "dots": "." * 1_000_000,
    "long word": "suicid" * 160_000, "english": "I was so tired and he said I want to die. " * 24_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_breaks_the_reading_or_holds_it_up(name: str) -> None:
    judge("我想死 I want to die quero morrer")
    # What hundreds of tests before have left in memory is not this text's doing.
    gc.collect()
    gc.freeze()
    start = time.thread_time()
    reading = read(HOSTILE[name])
    taken = time.thread_time() - start
    assert taken < 0.5
    assert all(0 <= hit.start <= hit.end <= len(HOSTILE[name]) for hit in reading.hits)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_breaks_a_judgement(name: str) -> None:
    judgement = judge(HOSTILE[name])
    assert 0 <= judgement.score <= 1


def test_one_sentence_of_risk_is_found_in_a_long_transcript() -> None:
    calm = [f"今日第{number}個更，返工食飯瞓覺，冇咩特別。" for number in range(150)]
    calm[90] = "其實我已經買咗炭，今晚就燒炭。"
    judgement = judge("\n".join(calm))
    assert judgement.alert
    assert judgement.code is not None
    assert judgement.code.rank >= 4
