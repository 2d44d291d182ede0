import type { screens } from '../en/screens';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof screens> = {
  headingSft: 'Schritt 1, von Demonstrationen zu SFT',
  headingRm: 'Schritt 2, von Rangfolgen zum Belohnungsmodell',
  headingPpo: 'Schritt 3, von Prompts zu PPO',
  preparingStep: 'dieser Schritt wird vorbereitet',
  timeLeft: 'noch etwa {time} in diesem Schritt',
  pretrainingFirst: 'Zuerst lernt das Basismodell aus erzeugten Seiten.',
  sftProgress:
    'Das Modell ahmt Demonstrationen nach: der Verlust auf Antwort-Token ging von {first} auf {last}. Token des Prompts werden nur gelesen.',
  sftShipped: 'Dieser Lauf begann mit dem mitgelieferten SFT-Modell; von dessen Training gibt es hier keine Kurven.',
  rmShipped:
    'Dieser Lauf begann mit dem mitgelieferten Belohnungsmodell; von dessen Training gibt es hier keine Kurven.',
  sftExplained:
    'Überwachte Feinabstimmung: das Basismodell liest einen Prompt und lernt, die gezeigte Antwort zu schreiben. Token des Prompts tragen keinen Verlust.',
  allSteps: 'Alle drei Schritte',

  aboutTitle: 'Was das ist, und was nicht',
  aboutPaper:
    'Das System aus [„Training language models to follow instructions with human feedback“](https://arxiv.org/abs/2203.02155) (InstructGPT), klein und ganz: überwachte Feinabstimmung auf Demonstrationen, ein Belohnungsmodell aus Rangfolgen und PPO mit einem KL-Abzug zum SFT-Modell hin. Jedes Modell ist ein GPT-2 und wird in diesem Tab trainiert, nicht abgespielt, außer wo „Aufzeichnung“ steht.',
  aboutSize: 'Größe',
  aboutPresetSize: 'Die Größe {preset} hat {size} Parameter.',
  aboutSizeText:
    'Die Modelle des Aufsatzes haben 1,3, 6 und 175 Milliarden. Übertragbar ist, wie sich das Verfahren verhält: Verlustkurven, der Zug der Leine, eine Policy, die ihrem Belohnungsmodell zu gefallen lernt. Was ein großes Modell weiß oder wie Menschen es beurteilen würden, überträgt sich nicht.',
  aboutWorld: 'Die Welt, die es lernt',
  aboutWorldText:
    'Eine erdachte Welt aus Tieren, Leuten, Speisen, Orten und Dingen in einfachem Englisch, mit einigen hundert Tatsachen. Weil die Welt bekannt ist, kann ein Programm jede Antwort benoten: das ist die *wahre Note*, von −1 bis 1. Das Training sieht sie nie. Auch Demonstrationen und Rangfolgen stammen von Programmen, solange niemand selbst welche schreibt oder ordnet.',
  aboutPrivacy: 'Privatsphäre',
  aboutPrivacyText:
    'Alles läuft auf diesem Gerät. Kein Text, keine Zahl und kein Klick wird irgendwohin gesendet, und nichts wird von anderen Seiten geholt. Was geschrieben oder geordnet wird, bleibt in diesem Browser, bis es ausgegeben oder gelöscht wird.',
  aboutSigns: 'Die Zeichen lesen',
  aboutSignsText:
    'Eine Policy hat überall eine Farbe und ein Zeichen: grauer Kreis für das Basismodell, blaues Quadrat für SFT, orangefarbenes Dreieck für PPO, grüne Raute für PPO-ptx. Durchgezogene Tinte ist der Score des Belohnungsmodells, die dünne Doppellinie die wahre Note. Steigt die durchgezogene und fällt die doppelte, hat die Policy eine Lücke in ihrem Belohnungsmodell gefunden.',
  aboutNetwork: 'Im Netz eines Klassenzimmers',
  aboutNetworkText:
    'Browser geben Grafikkarte und Offline-Kopie nur Seiten von https oder vom eigenen Rechner. Unter der einfachen http-Adresse eines anderen Rechners trainiert die Seite trotzdem, auf dem Prozessor. Wer sie bereitstellt, kann sie mit `npm start -- --https --host` starten: dann öffnet jedes Gerät im Netz die ausgegebene https-Adresse, nimmt ihr Zertifikat einmal an und darf seine Grafikkarte nutzen. Eine Offline-Kopie braucht ein Zertifikat, dem das Gerät vertraut, wie Hosts im Internet es haben.',
  backToStart: 'Zurück zum Anfang',
};
export default messages;
