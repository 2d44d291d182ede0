import type { hacking } from '../../lessons/hacking';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof hacking> = {
  title: 'Die Belohnung überlisten',
  question: 'Was geschieht, wenn nichts die Policy zurückhält?',
  size: 'Hier dauert es keine hundert Updates, weil das Belohnungsmodell winzig ist. Größere halten länger und biegen dann ebenso ab: Die Kurve von Gao und anderen wurde an Modellen bis 3 Milliarden Parameter gemessen. Eine wahre Note können wir nur zeichnen, weil ein Programm diese Welt benotet.',
  steps: {
    draw: {
      title: 'Zeichne die wahre Note',
      text: 'PPO läuft mit β 0 und größeren Schritten. Der Score des Belohnungsmodells wird steigen; das ist, was PPO tut. Zeichne aber die *wahre Note*, die der Welt, die kein Modell sieht, über 60 Updates. Sie beginnt nahe 0,4.',
      reveal:
        'Anfangs kann sie etwas steigen: Das Belohnungsmodell hat in vielem recht. Dann sind die leichten Gewinne verbraucht.',
    },
    free: {
      title: 'Nimm die Leine ab',
      text: 'Stell *KL-Gewicht β* auf 0 und die *Lernrate* auf 4e-4, dann *Übernehmen und neu beginnen*. Beides soll zu viel sein.',
    },
    watch: {
      title: 'Sieh zu, wie die Linien sich trennen',
      text: 'In *objective/scores* ist die volle Linie das Belohnungsmodell, die doppelte die wahre Note. Warte bis Update 60. Wo trennen sie sich? Wie groß ist die KL dort?',
    },
    answers: {
      title: 'Lies, was es schreibt',
      text: 'Zahlen sagen nicht, wie es schummelt; Antworten schon. *Klick auf eine Antwort von PPO* und färbe sie nach Vorteil. Such nach Schlussfloskeln, nach demselben sicheren Satz überall, nach Antworten auf andere Fragen.',
    },
    diagnosis: {
      title: 'Was die Seite bemerkt hat',
      text: 'Die Zeile über den Kurven sah nur Score, KL, Entropie, Länge und die wahre Note. In echter Arbeit gibt es keine wahre Note. Welche dieser Zeichen hättest du dann noch, und hättest du rechtzeitig angehalten?',
    },
    law: {
      title: 'Die Kurve',
      text: 'Wähl über den Kurven die *KL von SFT als x-Achse*. Nun siehst du, was Gao und andere maßen: Die wahre Belohnung steigt mit dem Abstand d, biegt ab und fällt; die gelernte steigt weiter. a und b hängen von der Güte des Belohnungsmodells ab.',
    },
    repair: {
      title: 'Stell es zurück',
      text: 'Nimm beide Änderungen mit „zurück“ zurück. Die Leine macht das Belohnungsmodell nicht richtig. Sie hält dich dort an, wo es noch etwas wert ist: frühes Aufhören unter anderem Namen.',
    },
  },
  teacher: {
    goal: 'Eine gelernte Belohnung zu optimieren hilft erst und schadet dann; die Leine hört früh auf; der gelernte Score allein verrät nicht, wo man ist.',
    questions: [
      {
        ask: 'Lügt die Policy?',
        listen: 'Nein. Sie tut genau, was belohnt wird; belohnt wird nicht, was wir meinten. Goodharts Gesetz.',
      },
      {
        ask: 'Woran würdest du es ohne wahre Note merken?',
        listen:
          'Frische Urteile von Menschen, zurückgehaltene Labeler, ein zweites Belohnungsmodell, Antworten lesen. Alles kostet etwas.',
      },
    ],
    expect: [
      '`nano`, Seed 1, Mittel der Updates 1–10, 11–20, 21–30, 31–40, 41–49: Belohnungsmodell 0,09, 0,41, 0,48, 0,53, 0,63; wahre Note 0,39, 0,35, 0,26, 0,14, −0,01; KL 0,2, 1,8, 3,8, 5,5, 8,9 Nat.',
    ],
    without:
      '60 Updates von `nano` dauern auf dem Prozessor eines Laptops etwa 40 Sekunden. Ohne Rechenwerk: Nimm die Tabelle „Over-optimisation at β 0“ aus RESEARCH.md und lass sie zeichnen.',
  },
};
