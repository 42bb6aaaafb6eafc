// Generated from docs/openapi.json by build/clients.sh. Don't change it by hand.

export interface AccessTokenList {
  tokens: AccessTokenSummary[];
  next_cursor: string | null;
}

export interface AccessTokenSummary {
  id: string;
  name: string;
  role: string;
  scopes: string[] | null;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

export interface ActivateVersion {
  version: string;
  reason?: string | null;
  expected_active?: string | null;
}

export interface ActivationAnswer {
  success: boolean;
  message: string;
  active_version: string;
}

export interface ActivationItem {
  epoch: number;
  at: string;
  by: string;
  from: string | null;
  to: string;
  reason: string | null;
  how: ActivationKind;
}

export type ActivationKind = 'activate' | 'rollback' | 'automatic';

export interface ActivationList {
  activations: ActivationItem[];
  next_cursor: string | null;
}

export interface ActiveModelAnswer {
  version: string;
  created_at: string;
  metrics: HeadlineMetrics;
  training_samples: number;
  activated_at: string;
  activated_by: string;
  epoch: number;
}

export interface AlreadyKnown {
  rows: number;
  records: number;
  datasets: number;
  counted_at: string;
}

export interface ArtifactFile {
  name: string;
  bytes: number;
  sha256: string;
}

export interface BaselineMetrics {
  name: string;
  accuracy: number;
  f1_score: number;
  missed_diabetes: MissedDiabetes | null;
}

export interface BatchAnswer {
  version: string;
  predictions: BatchItem[];
}

export interface BatchItem {
  prediction: DiabetesClass;
  probabilities: ClassProbabilities;
  prediction_id: string;
  kept?: boolean | null;
}

export interface CalibrationBin {
  lower: number;
  upper: number;
  count: number;
  mean_confidence: number | null;
  accuracy: number | null;
}

export interface ChangePassword {
  current: string;
  new: string;
}

export interface ClassCalibration {
  CLASS: DiabetesClass;
  mean_predicted: number;
  observed_share: number;
}

export interface ClassCalibrations {
  classes: ClassCalibration[];
  largest_difference: number;
}

export interface ClassMetrics {
  CLASS: DiabetesClass;
  precision: number;
  f1_score: number;
  support: number;
  zero_division: boolean;
  recall: number | null;
}

export interface ClassProbabilities {
  Negative: number;
  Prediabetes: number;
  Diabetes: number;
}

export interface ColumnMapping {
  header?: string | null;
  unit?: string | null;
  codes?: Record<string, string> | null;
}

export interface ColumnNoteAnswer {
  code: string;
  column: string;
  detail: string;
}

export interface ColumnProfile {
  min?: number | null;
  max?: number | null;
  mean?: number | null;
  quantiles?: Quantiles | null;
  histogram?: Histogram | null;
  counts?: Record<string, number> | null;
}

export interface ComparedFigures {
  baseline: VersionFigures;
  candidate: VersionFigures;
}

export interface ComparisonAnswer {
  baseline: string;
  candidate: string;
  rows: number;
  same_rows: boolean;
  table: ComparisonTable;
  p_value: number;
  mid_p: number;
  delta_macro_f1: MetricDelta;
  class_changes: number[][];
  recall_change: Record<string, number | null>;
  verdict: ComparisonVerdict;
  suggest_activation: boolean;
  rows_needed: number | null;
  delta_log_loss: MetricDelta | null;
  figures: ComparedFigures | null;
  subgroups: SubgroupComparison[] | null;
  significance_level: number | null;
  earlier_looks: number | null;
  few_rows: boolean;
}

export interface ComparisonTable {
  both_right: number;
  only_candidate_right: number;
  only_baseline_right: number;
  both_wrong: number;
}

export type ComparisonVerdict = 'not_enough_data' | 'undecided' | 'equivalent' | 'better' | 'worse';

export interface ConfidenceInterval {
  low: number;
  high: number;
  level: number;
  resamples: number;
}

export interface Confirmation {
  CLASS: DiabetesClass;
  source: LabelSource;
  at: string;
  by: string;
}

export interface ConfirmedLabel {
  CLASS: string;
  source: string;
}

export interface CorrectionAnswer {
  from: DiabetesClass;
  to: DiabetesClass;
  reason: string;
  corrected_at: string;
  corrected_by: string;
}

export interface CreateAccessToken {
  name: string;
  expires_at: string;
  role?: Role | null;
  scopes?: string[] | null;
}

export interface CreateUser {
  email: string;
  password: string;
  role: Role;
}

export interface CreatedAccessToken {
  id: string;
  token: string;
}

export interface CsvMapping {
  columns?: Record<string, ColumnMapping>;
  separator?: string | null;
  encoding?: string | null;
}

export interface CsvPreviewAnswer {
  separator: string;
  encoding: string;
  decimal: string;
  header_line: number;
  headers: string[];
  mapping: CsvMapping;
  rows: CsvPreviewRow[];
  usable: number;
  rejected: number;
  problems: RowProblemAnswer[];
  warnings: CsvWarning[];
  questions: ColumnNoteAnswer[];
  distinct: Record<string, string[]>;
  proposed_name: string | null;
  matching_mappings: SavedMappingAnswer[];
}

export interface CsvPreviewRow {
  line: number;
  HbA1c: number;
  AGE: number;
  BMI: number;
  Gender: Gender;
  CLASS: DiabetesClass;
  patient_ref: string | null;
}

export interface CsvWarning {
  code: string;
  column: string;
  detail: string;
  confirm: boolean;
}

export interface DataProfile {
  rows: number;
  distinct: number;
  duplicates: number;
  conflicting_labels: number;
  class_counts: Record<string, number>;
  columns: Record<string, ColumnProfile>;
  already_known?: AlreadyKnown | null;
}

export interface DatasetAnswer {
  success: boolean;
  message: string;
  filename: string;
  rows: number;
  columns: number;
  rejected: number;
  problems: RowProblemAnswer[];
  duplicates: number;
  class_counts: Record<string, number>;
  sha256: string;
  uploaded_at: string;
  uploaded_by: string;
  warnings: ColumnNoteAnswer[];
  conversions: ColumnNoteAnswer[];
  encoding: string | null;
  separator: string | null;
  header_line: number;
  already_known: number | null;
  description: string | null;
  profile: DataProfile | null;
}

export interface DatasetChange {
  filename?: string | null;
  description?: string | null;
}

export interface DatasetItem {
  filename: string;
  rows: number;
  rejected: number;
  class_counts: Record<string, number>;
  sha256: string;
  uploaded_at: string;
  uploaded_by: string;
  description: string | null;
}

export interface DatasetList {
  datasets: DatasetItem[];
  next_cursor: string | null;
}

export interface DeletedAnswer {
  success: boolean;
  message: string;
}

export interface DeletionAnswer {
  success: boolean;
  message: string;
}

export interface DescribedVersion {
  version: string;
  number: number;
  note: string | null;
  tags: string[];
}

export type DiabetesClass = 'Negative' | 'Prediabetes' | 'Diabetes';

export interface EpochPoint {
  epoch: number;
  loss: number;
  validation_loss: number | null;
  validation_f1: number | null;
}

export interface EvaluationReport {
  rows: number;
  accuracy: number;
  f1_score: number;
  precision: number;
  recall: number;
  loss: number;
  balanced_accuracy: number;
  roc_auc: RocAuc;
  brier_score: number;
  calibration_error: number;
  calibration: CalibrationBin[];
  confusion_matrix: number[][];
  per_class: ClassMetrics[];
  confidence_intervals: MetricIntervals;
  baselines: BaselineMetrics[];
  beats_baselines: boolean;
  ranked_probability_score: number | null;
  calibration_by_class: ClassCalibrations | null;
  net_benefit: NetBenefit | null;
  sets: PlausibleSets | null;
  subgroups: SubgroupMetrics[] | null;
  monotonicity_violations: number | null;
  judged_rows: number;
  missed_diabetes: MissedDiabetes;
  provisional: boolean;
}

export interface ForgetPatient {
  patient_ref: string;
}

export type Gender = 'F' | 'M';

export interface HeadlineMetrics {
  accuracy: number;
  f1_score: number;
  precision: number;
  recall: number;
  loss: number;
}

export interface Histogram {
  edges: number[];
  counts: number[];
  by_class: Record<string, number[]>;
}

export interface ImportAnswer {
  success: boolean;
  message: string;
  created: number;
  rejected: number;
  problems: RowProblemAnswer[];
  duplicates: number;
  class_counts: Record<string, number>;
  warnings: ColumnNoteAnswer[];
  conversions: ColumnNoteAnswer[];
  encoding: string | null;
  separator: string | null;
  header_line: number;
  already_known: number;
  already_in_records: number;
  import_id: number;
}

export interface ImportDetail {
  id: number;
  filename: string;
  records: number;
  created_at: string;
  created_by: string;
  class_counts: Record<string, number>;
  versions: string[];
}

export interface ImportItem {
  id: number;
  filename: string;
  records: number;
  created_at: string;
  created_by: string;
}

export interface ImportList {
  imports: ImportItem[];
  next_cursor: string | null;
}

export interface ImportWithdrawn {
  deleted: number;
}

export interface JobAnswer {
  job_id: string;
  status: JobStatus;
  epoch: number;
  epochs: number;
  progress: number;
  eta_seconds: number | null;
  elapsed_seconds: number;
  loss: number | null;
  version: string | null;
  metrics: HeadlineMetrics | null;
  training_time: number | null;
  parameters: TrainingParameters;
  data: JobData;
  attempt: number;
  requested_by: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  error: JobError | null;
  comparison: ComparisonAnswer | null;
  reproduction: Reproduction | null;
  history?: EpochPoint[] | null;
}

export interface JobData {
  source: string;
  rows: number;
  sha256: string;
  from_source: SourceAnswer | null;
}

export interface JobError {
  code: string;
  detail: string;
}

export interface JobList {
  jobs: JobAnswer[];
  next_cursor: string | null;
}

export type JobStatus = 'queued' | 'running' | 'cancelling' | 'cancelled' | 'succeeded' | 'failed';

export type LabelSource = 'registered' | 'imported' | 'lab' | 'clinician';

export interface LabelledPrediction {
  prediction_id: string;
  prediction: DiabetesClass;
  CLASS: DiabetesClass;
  source: LabelSource;
  version: string;
  labelled_at: string;
  labelled_by: string;
}

export interface LiveEvaluation {
  labelled: number;
  accuracy: number | null;
  confusion: number[][];
}

export interface Liveness {
  status: string;
}

export interface LoginRequest {
  email: string;
  password: string;
}

export interface MappingInput {
  headers: string[];
  mapping: CsvMapping;
}

export interface MappingList {
  mappings: SavedMappingAnswer[];
  next_cursor: string | null;
}

export interface MeAnswer {
  email: string;
  roles: string[];
}

export interface MetricDelta {
  value: number;
  low: number;
  high: number;
}

export interface MetricIntervals {
  accuracy: ConfidenceInterval;
  f1_score: ConfidenceInterval;
  recall: Record<string, ConfidenceInterval | null> | null;
}

export interface MissedDiabetes {
  missed: number;
  as_negative: number;
  of: number;
}

export interface NetBenefit {
  thresholds: number[];
  diabetes: NetBenefitCurve;
  at_least_prediabetes: NetBenefitCurve;
}

export interface NetBenefitCurve {
  model: number[];
  treat_all: number[];
}

export interface OneTimePasswordAnswer {
  one_time_password: string;
}

export interface PatientForgotten {
  deleted: number;
}

export interface PlausibleSets {
  quantiles: Record<string, number | null>;
}

export interface PredictBatch {
  rows: PredictionInput[];
}

export interface PredictionAnswer {
  prediction: DiabetesClass;
  probabilities: ClassProbabilities;
  plausible: DiabetesClass[] | null;
  agreement: number | null;
  version: string;
  prediction_id: string;
  kept: boolean;
}

export interface PredictionInput {
  reference?: string | null;
  /** In %; must be above 0 and at most 25 %. */
  HbA1c: number;
  /** In years; must be between 0 and 130 years. */
  AGE: number;
  /** In kg/m²; must be between 5 and 120 kg/m². */
  BMI: number;
  /** must be M (male) or F (female) */
  Gender: string;
}

export interface PredictionItem {
  prediction_id: string;
  created_at: string;
  version: string;
  prediction: DiabetesClass;
  probabilities: ClassProbabilities;
  has_reference: boolean;
  confirmed: Confirmation | null;
}

export interface PredictionList {
  predictions: PredictionItem[];
  next_cursor: string | null;
}

/** RFC 9457. detail is one sentence that a person can act on, in the language of Accept-Language (en, es). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Stable across releases. */
  code: string;
  /** Quote it when you report an error. */
  trace_id: string;
  /** Messages by the request's field, where the code is validation_failed. */
  errors?: Record<string, string[]>;
}

export interface ProblemCountAnswer {
  column: string;
  problem: string;
  rows: number;
}

export interface Quantiles {
  p5: number;
  p25: number;
  p50: number;
  p75: number;
  p95: number;
}

export interface Readiness {
  ready: boolean;
  database: string;
  artifact_store: string;
  active_model: string;
}

export interface RecordCorrectionInput {
  CLASS: string;
  reason: string;
}

export interface RecordDetail {
  corrections: CorrectionAnswer[];
  id: number;
  HbA1c: number;
  AGE: number;
  BMI: number;
  Gender: Gender;
  CLASS: DiabetesClass;
  source: LabelSource;
  created_at: string;
  created_by: string;
  import_id: number | null;
  prediction_id: string | null;
  corrected_at: string | null;
  corrected_by: string | null;
}

export interface RecordInput {
  /** must be N, P, Y, Negative, Prediabetes or Diabetes */
  CLASS: string;
  patient_ref?: string | null;
  /** In %; must be above 0 and at most 25 %. */
  HbA1c: number;
  /** In years; must be between 0 and 130 years. */
  AGE: number;
  /** In kg/m²; must be between 5 and 120 kg/m². */
  BMI: number;
  /** must be M (male) or F (female) */
  Gender: string;
}

export interface RecordItem {
  id: number;
  HbA1c: number;
  AGE: number;
  BMI: number;
  Gender: Gender;
  CLASS: DiabetesClass;
  source: LabelSource;
  created_at: string;
  created_by: string;
  import_id: number | null;
  prediction_id: string | null;
  corrected_at: string | null;
  corrected_by: string | null;
}

export interface RecordList {
  records: RecordItem[];
  next_cursor: string | null;
}

export interface RecordsAdded {
  created: number;
  already_known: number;
}

export interface RecordsSummary {
  records: number;
  labelled: number;
  by_class: Record<string, number>;
  minimum_required: number;
  enough: boolean;
  reads_source: boolean;
}

export interface RefreshRequest {
  refresh_token: string;
}

export interface Reproduction {
  version: string;
  weights_sha256: string;
  equal: boolean;
}

export interface RetrainModel {
  use_database?: boolean;
  dataset_name?: string | null;
  architecture?: string | null;
  epochs?: number;
  batch_size?: number;
  learning_rate?: number;
  hidden_size?: number;
  seed?: number;
}

export interface RetrainQueued {
  job_id: string;
  status: JobStatus;
  status_url: string;
}

export interface RocAuc {
  per_class: Record<string, number | null>;
  macro: number | null;
}

export type Role = 'ADMIN' | 'CLINICIAN' | 'USER';

export interface RollbackModel {
  reason?: string | null;
  expected_active?: string | null;
}

export interface RowProblemAnswer {
  line: number;
  column: string;
  problem: string;
}

export interface SavedMappingAnswer {
  name: string;
  mapping: CsvMapping;
  headers_sha256: string;
  saved_at: string;
  saved_by: string;
}

export type SessionKind = 'browser' | 'api';

export interface SessionList {
  sessions: SessionSummary[];
  next_cursor: string | null;
}

export interface SessionSummary {
  id: string;
  kind: SessionKind;
  client: string | null;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  current: boolean;
}

export interface SignOut {
  refresh_token?: string | null;
}

export interface SourceAnswer {
  rows: number;
  rejected: number;
  problems: ProblemCountAnswer[];
}

export interface SplitCounts {
  training: Record<string, number>;
  validation: Record<string, number>;
  test: Record<string, number>;
  duplicates: number;
}

export interface Subgroup {
  Gender: Gender | null;
  age_from: number | null;
  age_below: number | null;
}

export interface SubgroupComparison {
  group: Subgroup;
  rows: number;
  delta_macro_f1: MetricDelta | null;
  delta_log_loss: MetricDelta | null;
  recall_change: Record<string, number | null>;
  baseline_missed: MissedDiabetes;
  candidate_missed: MissedDiabetes;
  few: boolean;
}

export interface SubgroupMetrics {
  group: Subgroup;
  rows: number;
  accuracy: number | null;
  f1_score: number | null;
  f1_interval: ConfidenceInterval | null;
  recall: Record<string, number | null>;
  missed_diabetes: MissedDiabetes;
  few: boolean;
}

export interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}

export interface TrainingParameters {
  epochs: number;
  batch_size: number;
  learning_rate: number;
  hidden_size: number;
  seed: number;
}

export interface UserChange {
  role?: string | null;
  disabled?: boolean | null;
}

export interface UserList {
  users: UserSummary[];
  next_cursor: string | null;
}

export interface UserSummary {
  id: string;
  email: string;
  role: string;
  disabled: boolean;
  created_at: string;
}

export interface VersionData {
  source: string;
  rows: number;
  sha256: string;
  split: SplitCounts;
  deleted_rows: number;
  rows_removed_at: string | null;
}

export interface VersionDescription {
  note?: string | null;
  tags?: string[] | null;
}

export interface VersionDetail {
  version: string;
  created_at: string;
  metrics: HeadlineMetrics;
  is_active: boolean;
  training_samples: number;
  training_time: number;
  job_id: string;
  architecture: string;
  schema: string;
  parameters: TrainingParameters;
  best_epoch: number;
  weights_sha256: string;
  data: VersionData;
  evaluation: EvaluationReport;
  live: LiveEvaluation;
  history: EpochPoint[];
  files: ArtifactFile[];
  number: number;
  note: string | null;
  tags: string[];
}

export interface VersionFigures {
  metrics: HeadlineMetrics;
  confusion_matrix: number[][];
  per_class: ClassMetrics[];
  missed_diabetes: MissedDiabetes;
}

export interface VersionList {
  models: VersionListItem[];
  active_model: string | null;
  next_cursor: string | null;
  total?: number | null;
}

export interface VersionListItem {
  version: string;
  created_at: string;
  metrics: HeadlineMetrics;
  is_active: boolean;
  training_samples: number;
  training_time: number;
  job_id: string;
  number: number;
  note: string | null;
  tags: string[];
  dataset: string | null;
  beats_baselines: boolean;
  missed_diabetes: MissedDiabetes;
}

export type VersionOrder = 'newest' | 'oldest' | 'macro_f1';

export interface VersionProfile {
  version: string;
  profile: DataProfile;
}
