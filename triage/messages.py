"""The English sentence of every rule of triage, by stable id: the one place to translate from."""

from __future__ import annotations

from collections.abc import Mapping


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


UNCLEAR = N_("%(finding)s The answer was unclear and is taken as a yes, up to C.")

MESSAGES: Mapping[str, str] = {
    # Floors: what the answers to the risk questions decide.
    "F-A1": N_("An act to end life is happening now, or happened just before the call."),
    "F-A2": N_("The means are in hand and there is an intention to act."),
    "F-A3": N_("An overdose is an emergency even when the person feels well."),
    "F-A4": N_("Violence is about to happen or is happening."),
    "F-A5": N_("Another person is threatened and the weapon or means are in hand."),
    "F-B1": N_("There is a worked-out plan and an intention to carry it out."),
    "F-B2": N_("There is an intention to act within three days."),
    "F-B3": N_("There was an attempt within the last two weeks."),
    "F-B4": N_("The risk is high and nobody capable is there to support the person."),
    "F-B5": N_("The risk is high and the person has been drinking or taking drugs."),
    "F-B6": N_("There is a threat to kill another person; the police question is to be decided."),
    "F-C1": N_("There is some intention to act on the thoughts."),
    "F-C2": N_("There was an attempt or preparation within the last three months."),
    "F-C3": N_("There is an intention to act within a week."),
    "F-C4": N_("A child or a person who cannot protect themself may be at serious risk."),
    "F-C5": N_("A person under 18 is being harmed by somebody."),
    "F-C6": N_("The violence shows signs of grave danger."),
    "F-C7": N_("An elderly or disabled person may be at risk of abuse."),
    "F-C8": N_("A person of 65 or over is being harmed by somebody."),
    "F-C9": N_("There are thoughts of suicide and the means are within reach."),
    "F-C10": N_("The person is in great distress and has no support."),
    "F-D1": N_("The person has thought about how."),
    "F-D2": N_("There was an attempt or preparation in the past."),
    "F-D3": N_("There are thoughts of death or suicide, with great distress, and nobody is there."),
    "F-D4": N_("The person harms themself."),
    "F-D5": N_("The person is being harmed by somebody; contact only where it is safe."),
    "F-E1": N_("There are thoughts of suicide."),
    "F-E2": N_("There is a wish to be dead."),
    "F-E3": N_("Food, medicine or a place for tonight is missing; help with that the same day."),
    "F-E4": N_("The questions were asked and no sign of high risk was recorded on this call."),
    "F-N1": N_("This type of contact needs no risk questions."),
    "F-X1": N_("The person is confused or out of touch with reality: one step more urgent."),
    "F-X2": N_("The person has been drinking or taking drugs: one step more urgent."),
    "F-U1": N_("Risk was not asked about; a shift leader looks at it within the hour."),
    "F-U2": N_("The risk questions were not finished; a shift leader looks at it within the hour."),
    "F-U3": N_("Somebody who may has looked at the questions left out."),
    "F-U4.caller_ended": N_("The caller ended the call before risk could be asked about."),
    "F-U4.caller_refused": N_("The caller did not want to answer questions about risk."),
    "F-U4.not_safe_to_talk": N_("It was not safe for the caller to talk about risk."),
    "F-U4.third_party_does_not_know": N_("The caller does not know how the other person is."),
    "F-U4.asked_recently": N_("Risk had been asked about a short time before."),
    "F-U4.not_appropriate": N_("It was not the moment to ask about risk."),
    "F-U4.other": N_("Risk was not asked about for another reason."),
    # The person's own rating.
    "H-1": N_("A person rated the contact."),
    "H-2": N_("A person rated the contact lower than the answers allow; the answers count."),
    # Phrases: what the words of the text suggest. They ask for a look and decide nothing.
    "P-A": N_("The words say that an act to end life is happening now."),
    "P-B": N_("The words speak of a plan, of means in hand or of a very recent attempt."),
    "P-C": N_("The words speak of suicide, of a past attempt or of danger to somebody."),
    "P-D": N_("The words speak of a wish not to live, of self-harm or of hopelessness."),
    "P-E": N_("The words speak of distress."),
    "P-0": N_("Words of risk were found, said in a way that does not raise anything."),
    "P-3": N_("The words speak of danger to the person the caller is worried about."),
    "P-CAP": N_("Only words in the first person about acting now suggest an emergency; taken as B."),
    "P-OFF": N_("The phrase rules are switched off."),
    "P-ERR": N_("The phrase rules failed on this text; the questions and the person decide."),
    # The classifier.
    "M-imminent": N_("The classifier takes this for possibly imminent (score %(score)s)."),
    "M-high": N_("The classifier takes this for possibly high risk (score %(score)s)."),
    "M-moderate": N_("The classifier takes this for possibly moderate risk (score %(score)s)."),
    "M-low": N_("The classifier sees no sign of risk in the words (score %(score)s)."),
    "M-0.too_short": N_("The classifier cannot tell: the text is too short."),
    "M-0.unlike_training": N_("The classifier cannot tell: it has not learned from such a text."),
    "M-0.language_off": N_("The classifier is not used in this language; the rules run alone."),
    "M-0.model_off": N_("The classifier is switched off; everything else works as before."),
    "M-0.other": N_("The classifier cannot tell."),
    "M-ERR": N_("The classifier failed on this text; everything else decides."),
    # Routing: the rows of the table.
    "R-01": N_("Harm is happening now: emergency protocol, consent is not needed."),
    "R-02": N_("High risk, reachable and willing: a follow-up call by the clock, and a booking too."),
    "R-03": N_("High risk and no consent to call: safety plan on the line, a supervisor decides."),
    "R-04": N_("High risk and no number: safety plan on the line, give numbers, no dialling."),
    "R-05": N_("A child or a person who cannot protect themself is at risk: report duty and C or more."),
    "R-06": N_("Violence at home: contact only where it is safe, referral to a specialist."),
    "R-07": N_("Wants to be seen and agrees: face-to-face counselling, with a telephone check for D."),
    "R-08": N_("Needs counselling by telephone only: a follow-up call by the clock."),
    "R-09": N_("The telephone is not enough, or a programme fits: offer to be seen."),
    "R-10": N_("An illness is suspected: advise a doctor, refer and stay until it is received."),
    "R-11": N_("Practical help is needed: a resource worker, the same day if basics are missing."),
    "R-12": N_("A legal or labour dispute: referral to the labour desk."),
    "R-13": N_("An enterprise asks for a service: a service order."),
    "R-14": N_("A justice body asks: a justice case, and the appropriate-adult roster."),
    "R-15": N_("Somebody is worried about another: coach the caller, assess the person at risk."),
    "R-16": N_("The contact belongs to an incident: the crisis team can see it."),
    "R-17": N_("A plan exists for this caller: follow it, and still ask about risk."),
    "R-18": N_("Nothing further is wanted or needed: inform, close, call any time."),
    "R-19": N_("A silent, prank or abusive call: code it, follow the protocol, open no case."),
    "R-20": N_("Risk was not asked about: the shift leader decides, within the hour, as for C."),
    "R-21": N_("No row of the table fits: the shift leader reviews it."),
    "R-22": N_("Food, medicine or a place for tonight is missing: a resource worker the same day."),
    "R-23": N_("Another person is threatened: a supervisor decides about the police."),
    # What a task is for, where the row alone does not say it.
    "T-check": N_("Check by telephone after the emergency, within a day."),
    "T-review": N_("Words or classifier suggest a higher code: somebody looks at it."),
    "T-ask": N_("Ask about risk: questions were left open."),
    "T-consent": N_("A call would need consent and a number: a supervisor decides."),
}
