import type { MetricKey } from '../../../../metrics/metrics';
import type { MetricTexts } from '../../words.svelte';

const GRADIENT = { help: 'Norm des ganzen Gradienten vor der Kappung.', healthy: 'ruhig' };
const RATE = { help: 'Lernrate des Schritts.', healthy: 'folgt ihrem Verlauf' };

/** German of the metrics table, by key. */
const metrics: Readonly<Record<MetricKey, MetricTexts>> = {
  'pretrain/loss': {
    help: 'Mittel von −log p(Token) über Textseiten.',
    healthy: 'fällt von etwa 6,9 auf unter 1',
  },
  'pretrain/eval_loss': {
    help: 'Dasselbe auf Seiten, aus denen nie gelernt wurde.',
    healthy: 'nahe am Trainingsverlust',
  },
  'pretrain/grad_norm': { ...GRADIENT, healthy: 'ruhig, meist unter 2' },
  'pretrain/lr': RATE,
  'sft/loss': {
    help: 'Mittel von −log p(Token) über Antwort-Token und Ende; Token des Prompts zählen nicht.',
    healthy: 'fällt und wird flach',
  },
  'sft/eval_loss': {
    help: 'Dasselbe auf Demonstrationen von Nutzern, aus denen nie gelernt wurde.',
    healthy: 'fällt, steigt später etwas',
  },
  'sft/mean_token_accuracy': {
    help: 'Anteil der Antwort-Token, die das wahrscheinlichste waren.',
    healthy: 'steigt',
  },
  'sft/entropy': {
    help: 'Mittlere Entropie der Verteilung des nächsten Tokens auf Antwort-Token.',
    healthy: 'fällt',
  },
  'sft/grad_norm': GRADIENT,
  'sft/lr': RATE,
  'sft/num_tokens': { help: 'Antwort-Token, aus denen bisher gelernt wurde.', healthy: 'wächst gleichmäßig' },
  'sft/rm_score': {
    help: 'Mittlerer Score von Antworten auf Validierungsfragen; er wählt den SFT-Stand.',
    healthy: 'steigt, auch wenn der Validierungsverlust es nicht zeigt',
  },
  'rm/loss': {
    help: 'Mittel von −log σ(r_besser − r_schlechter) über Paare, ohne Gleichstände.',
    healthy: 'unter 0,69, dem Verlust einer Münze',
  },
  'rm/accuracy': {
    help: 'Anteil der Trainingspaare, die so geordnet sind wie vom Menschen.',
    healthy: 'über 0,6',
  },
  'rm/eval_accuracy': {
    help: 'Dasselbe auf Rangfolgen von Nutzern, aus denen nie gelernt wurde.',
    healthy: 'über 0,6',
  },
  'rm/eval_loss': {
    help: 'Paarverlust auf Rangfolgen von Nutzern, aus denen nie gelernt wurde.',
    healthy: 'unter 0,69',
  },
  'rm/margin': {
    help: 'Mittlerer Abstand der Scores von besserer und schlechterer Antwort.',
    healthy: 'über 0 und wachsend',
  },
  'rm/min_reward': { help: 'Kleinster Score im Stapel.', healthy: 'einige Einheiten unter 0' },
  'rm/mean_reward': { help: 'Mittlerer Score im Stapel.', healthy: 'mit Zentrierung nahe 0' },
  'rm/max_reward': { help: 'Größter Score im Stapel.', healthy: 'einige Einheiten über 0' },
  'rm/length_corr': {
    help: 'Korrelation von Score und Länge auf zurückgehaltenen Antworten.',
    healthy: 'unter 0,5',
  },
  'rm/grad_norm': GRADIENT,
  'rm/lr': RATE,
  'objective/scores': {
    help: 'Mittlerer Score des Stapels durch das Belohnungsmodell, nach der Regel für fehlende Enden.',
    healthy: 'steigt',
  },
  'objective/kl': {
    help: 'Mittel über Antworten von Σ (log π − log π_ref); der Abstand von SFT.',
    healthy: 'steigt langsam von 0; negativ heißt Fehler',
  },
  'objective/rlhf_reward': { help: 'scores + non_score_reward.', healthy: 'steigt' },
  'objective/non_score_reward': {
    help: 'Mittel über Antworten von −β·KL; meist ≤ 0.',
    healthy: 'klein und negativ',
  },
  'objective/entropy': {
    help: 'Mittel über Antworten von Σ −log π(gezogenes Token).',
    healthy: 'fällt langsam',
  },
  'objective/kl_coef': { help: 'Das geltende β.', healthy: 'gleich, außer bei adaptiver Regelung' },
  'objective/true_score': {
    help: 'Die Note der Welt selbst für die Antworten, von −1 bis 1. Das Training sieht sie nie.',
    healthy: 'steigt; fällt sie bei steigendem Score, wird überoptimiert',
  },
  'policy/clipfrac_avg': {
    help: 'Anteil der Antwort-Token, deren Verhältnis gekappt wurde.',
    healthy: 'unter etwa 20 %',
  },
  'policy/entropy_avg': {
    help: 'Mittlere Entropie der Verteilung des nächsten Tokens auf Antwort-Token.',
    healthy: 'fällt langsam; ein Einbruch ist eine Warnung',
  },
  'policy/approxkl_avg': {
    help: 'Halbes mittleres Quadrat des Log-Verhältnisses zwischen PPO-Updates; nicht objective/kl.',
    healthy: 'unter etwa 0,02',
  },
  'policy/grad_norm': { ...GRADIENT, help: 'Norm des ganzen Gradienten der Policy vor der Kappung.' },
  'loss/policy_avg': {
    help: 'Gekappter Policy-Verlust, Mittel über Teilstapel.',
    healthy: 'klein, um 0',
  },
  'loss/value_avg': {
    help: 'Gekappter Wertverlust, ½ mittleres Fehlerquadrat, Mittel über Teilstapel.',
    healthy: 'fällt',
  },
  'loss/ptx': {
    help: 'Vortrainingsverlust, der in den Schritt gemischt wird (PPO-ptx).',
    healthy: 'bleibt nahe am Basismodell',
  },
  'loss/total': { help: 'Policy-Verlust plus γ·ptx-Verlust.', healthy: 'folgt seinen Teilen' },
  'val/ratio': {
    help: 'Mittleres Wahrscheinlichkeitsverhältnis neu/alt über Antwort-Token.',
    healthy: 'etwa 1',
  },
  'val/ratio_var': { help: 'Streuung des mittleren Verhältnisses über Teilstapel.', healthy: 'nahe 0' },
  'val/var_explained': {
    help: '1 − var(Erträge − Werte) / var(Erträge).',
    healthy: 'strebt gegen 1',
  },
  'val/clipfrac_avg': {
    help: 'Anteil der Antwort-Token, deren Wert gekappt wurde.',
    healthy: 'unter etwa 20 %',
  },
  'val/num_eos_tokens': {
    help: 'Antworten des Stapels, die von selbst endeten.',
    healthy: 'steigt zur Stapelgröße hin',
  },
  'val/returns_mean': { help: 'Mittlerer Ertrag über Antwort-Token.', healthy: 'steigt' },
  'len/mean': {
    help: 'Mittlere Antwortlänge mit Ende.',
    healthy: 'ruhig; stetes Wachsen ist eine Warnung',
  },
  'collapse/repeats': {
    help: 'Mittel über Antworten: Anteil der Folgen aus drei Token, die in derselben Antwort schon standen.',
    healthy: 'wenige Prozent',
  },
  'collapse/identical': {
    help: 'Anteil der Antworten, die Wort für Wort sagen, was eine andere des Stapels sagt.',
    healthy: 'ruhig, meist unter 40 %',
  },
  'collapse/empty': { help: 'Anteil der Antworten, die vor ihrem ersten Token enden.', healthy: 'etwa 0' },
  'collapse/unended': {
    help: 'Anteil der Antworten, die bei der größten erlaubten Länge abgeschnitten sind.',
    healthy: 'fällt gegen 0',
  },
  lr: { help: 'Lernrate der Policy.', healthy: 'folgt ihrem Verlauf' },
  episode: { help: 'Bisher gezogene Antworten.', healthy: 'wächst gleichmäßig' },
  'perf/tokens_per_s': { help: 'Token je Sekunde durch den Trainingsschritt.', healthy: 'ruhig' },
  'perf/step_ms': { help: 'Dauer eines Schritts nach der Uhr.', healthy: 'ruhig' },
  'perf/gpu_mb': { help: 'Speicher, den Tensoren belegen.', healthy: 'flach' },
  'perf/wall_s': { help: 'Sekunden seit Beginn der Stufe.', healthy: 'wächst gleichmäßig' },
};
export default metrics;
