"""What the line says, in each of its languages, and which of the provider's voices says it.

Every sentence may be replaced by a recording: a line's settings name one for a prompt, such as
`{"notice.yue": "https://…/notice.mp3"}`. The texts are here so that a new line speaks at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from triage.vocabulary import Language

YUE, CMN, PT, EN = Language.CANTONESE, Language.MANDARIN, Language.PORTUGUESE, Language.ENGLISH

VOICES: dict[Language, tuple[str, str]] = {
    YUE: ("yue-HK", "Google.yue-HK-Standard-A"),
    CMN: ("cmn-CN", "Polly.Zhiyu-Neural"),
    PT: ("pt-PT", "Polly.Ines-Neural"),
    EN: ("en-GB", "Polly.Amy-Neural"),
}
"""(language, voice) that go together: a voice that does not speak the language says nothing."""

Texts = Mapping[Language, str]

CHOOSE: Texts = {
    YUE: "你好，多謝你打嚟。廣東話請按一。",
    CMN: "普通话请按二。",
    PT: "Para português, marque três.",
    EN: "For English, press four.",
}

TEXTS: dict[str, Texts] = {
    "greeting": {
        YUE: "你好，多謝你打嚟。",
        CMN: "您好，感谢您来电。",
        PT: "Bom dia, obrigado por ligar.",
        EN: "Hello, and thank you for calling.",
    },
    "notice": {
        YUE: "我哋而家搵同事接聽。你講嘅嘢會保密，我哋會寫低簡單紀錄，唔會錄音。等候期間隨時可以按九留言或者要求回電。如果有即時生命危險，請收線打{emergency}。",
        CMN: "我们现在请同事接听。您说的内容会保密，我们会做简单记录，不会录音。等候时随时可以按九留言或者要求回电。如果有生命危险，请挂断并拨打{emergency}。",
        PT: "Vamos pôr alguém em linha consigo. O que disser é confidencial: tomamos notas breves e não gravamos. Enquanto espera pode marcar nove para deixar mensagem ou pedir que lhe liguemos. Se houver perigo de vida, desligue e marque {emergency}.",
        EN: "We are finding somebody to talk with you. What you say is confidential: we keep short notes and do not record. While you wait you can press nine at any time to leave a message or ask us to call you back. If a life is in danger now, hang up and dial {emergency}.",
    },
    "notice_now": {
        YUE: "我哋而家打電話搵同事接聽。你講嘅嘢會保密，我哋會寫低簡單紀錄，唔會錄音。想留言或者要求回電，請而家按九。如果有即時生命危險，請收線打{emergency}。",
        CMN: "我们现在打电话请同事接听。您说的内容会保密，我们会做简单记录，不会录音。想留言或者要求回电，请现在按九。如果有生命危险，请挂断并拨打{emergency}。",
        PT: "Vamos ligar a alguém para o atender. O que disser é confidencial: tomamos notas breves e não gravamos. Para deixar mensagem ou pedir que lhe liguemos, marque nove agora. Se houver perigo de vida, desligue e marque {emergency}.",
        EN: "We are calling somebody to talk with you. What you say is confidential: we keep short notes and do not record. To leave a message or ask us to call you back, press nine now. If a life is in danger, hang up and dial {emergency}.",
    },
    "notice_transcript": {
        YUE: "為咗幫到你，通話內容會即時轉成文字畀接聽嘅同事睇，短期內刪除。唔想嘅話，等候時請按八。",
        CMN: "为了更好地帮助您，通话会即时转成文字给接听的同事看，短期内删除。如果您不愿意，等候时请按八。",
        PT: "Para o ajudar melhor, a conversa é transcrita em direto para quem atende e apagada em pouco tempo. Se não quiser, marque oito enquanto espera.",
        EN: "To help you better, the talk is written down live for the person who answers and deleted soon after. If you do not want that, press eight while you wait.",
    },
    "transcript_off": {
        YUE: "好，唔會轉成文字。",
        CMN: "好的，不会转成文字。",
        PT: "Muito bem, não haverá transcrição.",
        EN: "All right, nothing will be written down live.",
    },
    "hold": {
        YUE: "多謝你等候，我哋仲搵緊同事接聽。想留言或者要求回電，請按九。",
        CMN: "谢谢您的等候，我们还在请同事接听。想留言或者要求回电，请按九。",
        PT: "Obrigado por esperar. Continuamos à procura de alguém para o atender. Para deixar mensagem ou pedir uma chamada, marque nove.",
        EN: "Thank you for waiting. We are still finding somebody for you. To leave a message or ask for a call back, press nine.",
    },
    "moment": {
        YUE: "請等一陣，我哋即刻幫你接駁。",
        CMN: "请稍等，我们马上为您接通。",
        PT: "Um momento, por favor. Vamos já ligá-lo.",
        EN: "One moment, please. We will connect you directly.",
    },
    "hold_position": {
        YUE: "前面仲有{ahead}位等緊。",
        CMN: "前面还有{ahead}位在等候。",
        PT: "Pessoas à sua frente: {ahead}.",
        EN: "Callers ahead of you: {ahead}.",
    },
    "premises_closed": {
        YUE: "今日中心暫停開放，但電話照常有人接聽。",
        CMN: "今天中心暂停开放，但电话照常有人接听。",
        PT: "Hoje o centro está fechado, mas o telefone continua a ser atendido.",
        EN: "The centre is closed today, but the line is answered as usual.",
    },
    "desk": {
        YUE: "呢度係輔導熱線。而家同你接通一位有危險嘅來電者，我哋嘅同事會留喺線上。",
        CMN: "这里是辅导热线。现在为您接通一位有危险的来电者，我们的同事会留在线上。",
        PT: "Fala uma linha de apoio. Vamos ligá-lo a uma pessoa em perigo. Um colega nosso fica em linha.",
        EN: "This is a counselling hotline. We are connecting you with a person in danger. A colleague of ours stays on the line.",
    },
    "desk_alone": {
        YUE: "呢度係輔導熱線。而家將一位有危險嘅來電者轉畀你。",
        CMN: "这里是辅导热线。现在把一位有危险的来电者转给您。",
        PT: "Fala uma linha de apoio. Vamos passar-lhe uma pessoa em perigo.",
        EN: "This is a counselling hotline. We are putting a person in danger through to you.",
    },
    "to_desk": {
        YUE: "我哋而家幫你接通緊急服務，請唔好收線。",
        CMN: "我们现在为您接通紧急服务，请不要挂断。",
        PT: "Vamos ligá-lo agora aos serviços de emergência. Não desligue, por favor.",
        EN: "We are putting you through to the emergency desk. Please stay on the line.",
    },
    "desk_missed": {
        YUE: "暫時接通唔到。請唔好收線，我哋即刻搵返同事同你傾。",
        CMN: "暂时接不通。请不要挂断，我们马上请同事继续与您通话。",
        PT: "Não foi possível ligar. Não desligue, voltamos já a pô-lo em contacto com um colega.",
        EN: "They could not be reached. Please stay on the line, we are calling our colleague back for you.",
    },
    "nobody": {
        YUE: "對唔住，而家所有同事都唔得閒。",
        CMN: "对不起，现在所有同事都在忙。",
        PT: "Lamentamos, neste momento ninguém está livre.",
        EN: "We are sorry, nobody is free at the moment.",
    },
    "closed": {
        YUE: "而家唔係服務時間。如果有即時生命危險，請打{emergency}。",
        CMN: "现在不是服务时间。如果有生命危险，请拨打{emergency}。",
        PT: "A linha está fechada a esta hora. Se houver perigo de vida, marque {emergency}.",
        EN: "The line is closed at this hour. If a life is in danger now, dial {emergency}.",
    },
    "holiday": {
        YUE: "今日係假期，熱線休息。如果有即時生命危險，請打{emergency}。",
        CMN: "今天是假期，热线休息。如果有生命危险，请拨打{emergency}。",
        PT: "Hoje é feriado e a linha está fechada. Se houver perigo de vida, marque {emergency}.",
        EN: "The line is closed for a holiday today. If a life is in danger now, dial {emergency}.",
    },
    "suspended": {
        YUE: "熱線暫停服務。如果有即時生命危險，請打{emergency}。",
        CMN: "热线暂停服务。如果有生命危险，请拨打{emergency}。",
        PT: "A linha está suspensa por agora. Se houver perigo de vida, marque {emergency}.",
        EN: "The line is suspended for now. If a life is in danger now, dial {emergency}.",
    },
    "ended": {
        YUE: "呢條熱線已經完結，多謝你打嚟。如果有即時生命危險，請打{emergency}。",
        CMN: "这条热线已经结束，感谢您来电。如果有生命危险，请拨打{emergency}。",
        PT: "Esta linha terminou. Obrigado por ter ligado. Se houver perigo de vida, marque {emergency}.",
        EN: "This line has ended. Thank you for calling. If a life is in danger now, dial {emergency}.",
    },
    "blocked": {
        YUE: "呢個號碼暫時未能接通。如果你或者其他人有即時危險，請按一。",
        CMN: "这个号码暂时不能接通。如果您或他人有即时危险，请按一。",
        PT: "De momento não podemos atender este número. Se alguém estiver em perigo agora, marque um.",
        EN: "We cannot put this number through for some time. If you or somebody is in danger now, press one.",
    },
    "choice": {
        YUE: "想我哋打返呢個號碼畀你，請按一；打另一個號碼，請按二；留言請按三。",
        CMN: "请我们回拨这个号码，请按一；回拨别的号码，请按二；留言请按三。",
        PT: "Para lhe ligarmos para este número, marque um; para outro número, marque dois; para deixar mensagem, marque três.",
        EN: "To be called back on this number, press one; on another number, press two; to leave a message, press three.",
    },
    "choice_withheld": {
        YUE: "想我哋打返畀你，請按二輸入電話號碼；留言請按三。",
        CMN: "请我们回电，请按二并输入电话号码；留言请按三。",
        PT: "Para lhe ligarmos, marque dois e introduza o número; para deixar mensagem, marque três.",
        EN: "To be called back, press two and enter a number; to leave a message, press three.",
    },
    "number": {
        YUE: "請輸入電話號碼，最後按井號。澳門以外嘅號碼請先輸入國家號碼。",
        CMN: "请输入电话号码，最后按井号。澳门以外的号码请先输入国家代码。",
        PT: "Introduza o número e termine com cardinal. Para números fora de Macau, comece pelo indicativo do país.",
        EN: "Please enter the number and finish with the hash key. Outside Macau, begin with the country code.",
    },
    "number_read": {
        YUE: "你輸入嘅號碼係{number}。啱嘅請按一，重新輸入請按二。",
        CMN: "您输入的号码是{number}。正确请按一，重新输入请按二。",
        PT: "O número é {number}. Se está certo, marque um; para corrigir, marque dois.",
        EN: "The number is {number}. If it is right, press one; to enter it again, press two.",
    },
    "number_wrong": {
        YUE: "呢個號碼好似唔啱。",
        CMN: "这个号码好像不对。",
        PT: "Esse número não parece certo.",
        EN: "That number does not seem right.",
    },
    "callback_thanks": {
        YUE: "好，我哋會盡快打返畀你。打畀你嗰陣，我哋唔會同其他人講係乜嘢機構。保重，再見。",
        CMN: "好的，我们会尽快给您回电。回电时不会对其他人说明我们是什么机构。保重，再见。",
        PT: "Muito bem, ligamos-lhe assim que possível. A mais ninguém diremos quem somos. Até breve.",
        EN: "Good, we will call you as soon as we can. We will tell nobody else who we are. Take care, goodbye.",
    },
    "voicemail": {
        YUE: "請喺嘟一聲之後留言，可以講低點樣聯絡你先安全。講完按井號。",
        CMN: "请在提示音后留言，可以说明怎样联系您才安全。说完请按井号。",
        PT: "Deixe a sua mensagem depois do sinal e diga como podemos contactá-lo em segurança. No fim, marque cardinal.",
        EN: "Please leave your message after the tone and say how we can reach you safely. Press hash when you have finished.",
    },
    "voicemail_thanks": {
        YUE: "多謝你嘅留言，會有同事聽。再見。",
        CMN: "谢谢您的留言，会有同事听。再见。",
        PT: "Obrigado pela sua mensagem. Alguém a vai ouvir. Até breve.",
        EN: "Thank you for your message. Somebody will listen to it. Goodbye.",
    },
    "voicemail_empty": {
        YUE: "我哋收唔到留言。你隨時可以再打嚟。再見。",
        CMN: "我们没有收到留言。您随时可以再打来。再见。",
        PT: "Não ouvimos nenhuma mensagem. Pode voltar a ligar quando quiser. Até breve.",
        EN: "We did not hear a message. You can call again at any time. Goodbye.",
    },
    "goodbye": {
        YUE: "多謝你打嚟，保重，再見。",
        CMN: "感谢您来电，保重，再见。",
        PT: "Obrigado por ter ligado. Até breve.",
        EN: "Thank you for calling. Take care, goodbye.",
    },
    "trouble": {
        YUE: "對唔住，系統有啲問題，我哋即刻試下用另一個方法幫你接通。",
        CMN: "对不起，系统出了点问题，我们马上用别的方法为您接通。",
        PT: "Desculpe, há uma falha técnica. Vamos tentar ligá-lo de outra forma.",
        EN: "We are sorry, something is not working. We are trying another way to put you through.",
    },
    "trouble_hosted": {
        YUE: "對唔住，我哋嘅系統而家有問題，暫時未能接聽。如果有即時生命危險，請打九九九。",
        CMN: "对不起，我们的系统出了问题，暂时不能接听。如果有生命危险，请拨打紧急电话。",
        PT: "Desculpe, temos uma falha técnica e não podemos atender. Se houver perigo de vida, ligue para o número de emergência.",
        EN: "We are sorry, our system is not working and nobody can answer. If a life is in danger now, call the emergency number.",
    },
    "offer": {
        YUE: "有來電等緊你接聽。接聽請按一，唔方便請按二。",
        CMN: "有来电等您接听。接听请按一，不方便请按二。",
        PT: "Há uma chamada à espera. Para atender, marque um; se não pode, marque dois.",
        EN: "A call is waiting for you. Press one to take it, two if you cannot.",
    },
    "offer_taken": {
        YUE: "已經有同事接咗呢個電話，多謝你。",
        CMN: "已经有同事接了这个电话，谢谢您。",
        PT: "A chamada já foi atendida. Obrigado.",
        EN: "Somebody has taken this call already. Thank you.",
    },
    "offer_declined": {
        YUE: "好，我哋搵另一位同事。",
        CMN: "好的，我们请另一位同事。",
        PT: "Muito bem, procuramos outra pessoa.",
        EN: "All right, we will find somebody else.",
    },
    "call_back_offer": {
        YUE: "準備打畀服務對象。接通請按一。",
        CMN: "准备拨打服务对象的电话。接通请按一。",
        PT: "Vamos ligar à pessoa. Para continuar, marque um.",
        EN: "We are about to ring the person. Press one to go on.",
    },
    "call_back_refused": {
        YUE: "而家唔可以打畀對方，請睇返跟進頁面。",
        CMN: "现在不能拨打对方，请查看跟进页面。",
        PT: "Neste momento não se pode ligar à pessoa. Veja a página do seguimento.",
        EN: "The person may not be rung at this moment. Please look at the follow-up page.",
    },
    "call_back_not_reached": {
        YUE: "暫時聯絡唔到對方，已經寫低。",
        CMN: "暂时联系不上对方，已经记录。",
        PT: "Não foi possível contactar a pessoa. Ficou registado.",
        EN: "The person could not be reached. It has been written down.",
    },
    "caller_left": {
        YUE: "對方已經收線，多謝你。",
        CMN: "对方已经挂断，谢谢您。",
        PT: "A pessoa já desligou. Obrigado.",
        EN: "The caller has hung up. Thank you.",
    },
}


def text(prompt: str, language: Language, **values: str) -> str:
    """The words of a prompt in a language."""
    words = CHOOSE[language] if prompt == "choose" else TEXTS[prompt][language]
    return words.format(**values) if values else words
