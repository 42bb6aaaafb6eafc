namespace ModelOps.WebApi.OpenApi;

/// <summary>What the OpenAPI document says of one operation beyond its types.</summary>
/// <param name="Id">The operationId; generated clients name their methods after it.</param>
/// <param name="Errors">
/// A status and a problem's code each, such as <c>404 job_not_found</c>; those that follow from the endpoint's rights, body and parameters
/// are added by <see cref="OperationErrors"/>.
/// </param>
internal sealed record OperationText(string Id, string Summary, string Description, params string[] Errors)
{
    /// <summary>Headers of answers, a status and a name each.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>Headers that the operation reads beyond those that the action binds.</summary>
    public string[] Reads { get; init; } = [];
}

/// <summary>
/// Identifier, texts and errors of each operation, by method and path. A test finds an operation that is missing here, and every test of
/// the HTTP surface fails on an error that isn't declared here.
/// </summary>
internal static class OperationTable
{
    private static readonly string[] UploadErrors =
    [
        "400 missing_file", "400 missing_columns", "400 invalid_dataset", "400 invalid_dataset_name", "413 upload_too_large",
        "422 confirmation_needed", "429 too_busy",
    ];

    private static readonly string[] PredictErrors = ["503 no_active_model", "503 model_not_loaded"];

    private static readonly string[] DataErrors =
    [
        "404 dataset_not_found", "422 not_enough_records", "422 not_enough_classes", "422 source_invalid", "503 source_unavailable",
    ];

    private static readonly string[] TrainingErrors =
    [
        .. DataErrors, "422 unsupported_architecture", "422 training_diverged", "409 job_cancelled", "422 training_failed",
        "422 training_timeout", "422 out_of_memory", "503 worker_crashed",
    ];

    private static readonly string[] ActivationErrors =
        ["404 version_not_found", "409 active_model_changed", "409 artifact_corrupt", "503 model_not_loaded"];

    private static readonly Dictionary<string, OperationText> Texts = new(StringComparer.Ordinal)
    {
        ["POST /auth/login"] = new("login", "Sign in with e-mail and password",
            "Wrong, unknown and locked accounts get one and the same answer. After five wrong tries an account is locked for five minutes.",
            "401 invalid_credentials", "403 local_sign_in_off"),
        ["POST /auth/refresh"] = new("refreshTokens", "Exchange a refresh token for new tokens",
            "A refresh token works once. Using it again ends all sessions that came from it.",
            "401 invalid_token", "403 local_sign_in_off"),
        ["POST /auth/logout"] = new("logout", "End the session", "Ends this session everywhere."),
        ["GET /auth/sessions"] = new("listSessions", "List your own sessions", "The newest first."),
        ["DELETE /auth/sessions/{id}"] = new("endSession", "End one of your own sessions", "Its tokens stop working at once.",
            "404 session_not_found"),
        ["POST /auth/password"] = new("changePassword", "Change your own password", "Ends your other sessions.",
            "401 invalid_credentials", "409 no_password"),
        ["POST /auth/tokens"] = new("createAccessToken", "Create a personal access token",
            "For scripts. The token is shown this once and is sent as Authorization: Bearer. Without scopes it may what its role may."),
        ["GET /auth/tokens"] = new("listAccessTokens", "List your own personal access tokens", "The newest first, without their secrets."),
        ["DELETE /auth/tokens/{id}"] = new("deleteAccessToken", "Remove one of your own personal access tokens",
            "It stops working at once.", "404 token_not_found"),
        ["GET /auth/me"] = new("getMe", "Who is signed in", "The e-mail and the roles of the caller."),

        ["POST /model/upload-dataset"] = new("uploadDataset", "Upload a dataset",
            "A CSV file. Its mapping, the warnings that are confirmed and another name may come as parts beside it. Rows that break a rule are "
            + "left out and reported; with strict=true they refuse the file.",
            [.. UploadErrors, "409 dataset_exists"]) { Headers = ["201 Location"] },
        ["POST /model/datasets/preview"] = new("previewCsv", "See how a CSV file would be read",
            "Nothing of the file is kept.", UploadErrors),
        ["GET /model/datasets/mappings"] = new("listMappings", "List saved mappings", "The newest first."),
        ["GET /model/datasets/mappings/{name}"] = new("getMapping", "Get a saved mapping", "With the headers that it was saved for.",
            "404 mapping_not_found"),
        ["PUT /model/datasets/mappings/{name}"] = new("saveMapping", "Save a mapping",
            "Replaces the one of this name. It is proposed again for files with the same headers.", "409 too_many_mappings"),
        ["DELETE /model/datasets/mappings/{name}"] = new("deleteMapping", "Delete a saved mapping", "Datasets that used it keep theirs.",
            "404 mapping_not_found"),
        ["GET /model/datasets"] = new("listDatasets", "List datasets", "The newest first."),
        ["GET /model/datasets/{name}"] = new("getDataset", "Get a dataset",
            "What its upload answered, its profile, and who uploaded it. Only ADMIN sees minimum, maximum, mean and quantiles.",
            "400 invalid_dataset_name", "404 dataset_not_found", "429 too_busy"),
        ["PATCH /model/datasets/{name}"] = new("changeDataset", "Rename or describe a dataset", "Members that are left out stay.",
            "400 invalid_dataset_name", "404 dataset_not_found", "409 dataset_exists"),
        ["GET /model/datasets/{name}/rows.csv"] = new("downloadDatasetRows", "Download a dataset's usable rows as CSV",
            "In canonical columns and units, without references to patients.",
            "400 invalid_dataset_name", "404 dataset_not_found", "429 too_busy"),
        ["DELETE /model/datasets/{name}"] = new("deleteDataset", "Delete a dataset", "Versions that were trained on it keep their rows.",
            "400 invalid_dataset_name", "404 dataset_not_found"),

        ["GET /health/live"] = new("getLiveness", "Whether the process runs", "Answers without the database."),
        ["GET /health/ready"] = new("getReadiness", "Whether the service can answer",
            "Checks the database, the artifact store and the version in service. 503 with the same body where one of them fails."),

        ["GET /predictions"] = new("listPredictions", "List kept predictions", "The newest first."),
        ["POST /predictions/{predictionId}/label"] = new("labelPrediction", "Confirm a prediction's diagnosis",
            "The confirmed outcome becomes a labelled record. A prediction is never a label by itself.",
            "404 prediction_not_found", "409 already_labelled"),
        ["PATCH /predictions/{predictionId}/label"] = new("correctPredictionLabel", "Correct a prediction's diagnosis",
            "Corrects its record as well. The earlier diagnosis is kept with the reason.", "404 prediction_not_found", "409 not_labelled",
            "404 record_not_found"),
        ["POST /model/predict"] = new("predict", "Predict one patient's class",
            "By the version in service. kept is false where there was no room to keep the prediction, so that it can't be labelled.",
            PredictErrors),
        ["POST /model/predict/batch"] = new("predictBatch", "Predict up to 10,000 patients' classes",
            "One version answers the whole batch.", [.. PredictErrors, "429 too_busy"]),

        ["POST /records"] = new("addRecords", "Add labelled records", "One record or an array of up to 1,000; all or none.",
            "422 idempotency_key_reused") { Headers = ["201 Location"] },
        ["GET /records"] = new("listRecords", "List labelled records", "The newest first."),
        ["POST /records/import"] = new("importRecords", "Import labelled records from a CSV file",
            "Read as an upload of a dataset is. All of its usable rows become records at once.", [.. UploadErrors, "503 import_interrupted"])
            { Headers = ["201 Location"] },
        ["POST /records/forget"] = new("forgetPatient", "Delete a patient's records",
            "Versions that were trained on them keep their rows and say how many have been deleted since."),
        ["GET /records/{id}"] = new("getRecord", "Get a labelled record", "With the corrections of its class.", "404 record_not_found"),
        ["PATCH /records/{id}"] = new("correctRecord", "Correct a record's class", "The earlier class is kept with the reason.",
            "404 record_not_found"),
        ["DELETE /records/{id}"] = new("deleteRecord", "Delete a labelled record", "Versions that were trained on it keep their rows.",
            "404 record_not_found"),
        ["GET /records/imports"] = new("listImports", "List imports", "Those whose records are visible, the newest first."),
        ["GET /records/imports/{id}"] = new("getImport", "Get an import",
            "With what its withdrawal would take out.", "404 import_not_found",
            "429 too_busy"),
        ["DELETE /records/imports/{id}"] = new("withdrawImport", "Withdraw an import",
            "All of its records are hidden at once and removed in the background.", "404 import_not_found", "429 too_busy"),
        ["GET /records/summary"] = new("getRecordsSummary", "Count labelled records",
            "Whether they suffice for a training.", "429 too_busy"),

        ["POST /model/retrain"] = new("retrainModel", "Train a new version",
            "Every member has a default, and an empty body is {}. Answers at once with the job, or with Prefer: wait=N when the training has "
            + "ended within N seconds.",
            [.. TrainingErrors, "422 idempotency_key_reused"])
            { Headers = ["202 Location", "202 Retry-After", "200 Preference-Applied"], Reads = ["Prefer"] },
        ["POST /model/versions/{version}/reproduce"] = new("reproduceVersion", "Make a version again",
            "The job reports whether the weights are equal.", "404 version_not_found", "409 version_rows_removed", "409 artifact_corrupt",
            "422 unsupported_architecture") { Headers = ["202 Location", "202 Retry-After"] },
        ["GET /model/jobs"] = new("listJobs", "List training jobs", "The newest first, without their history."),
        ["GET /model/jobs/{jobId}"] = new("getJob", "Get a training job",
            "progress and epoch never go back while an attempt runs. history has at most 200 points.", "404 job_not_found")
            { Headers = ["200 ETag", "304 ETag"], Reads = ["If-None-Match"] },
        ["POST /model/jobs/{jobId}/cancel"] = new("cancelJob", "Cancel a training job", "It ends after its current epoch.",
            "404 job_not_found", "409 job_already_finished"),
        ["GET /model/jobs/{jobId}/events"] = new("watchJob", "Watch a training job",
            "Server-Sent Events, until the job ends. Each event's data is a job as getJob answers it. The stream also ends where the server "
            + "stops: connect again, or ask with getJob.", "404 job_not_found"),

        ["GET /users"] = new("listUsers", "List the accounts", "In the order of their creation."),
        ["POST /users"] = new("createUser", "Create an account", "Roles are ADMIN, CLINICIAN and USER.", "409 user_exists")
            { Headers = ["201 Location"] },
        ["PATCH /users/{id}"] = new("changeUser", "Change an account's role, or disable it",
            "The last enabled administrator can be neither demoted nor disabled.",
            "404 user_not_found", "409 last_admin", "409 role_of_provider"),
        ["DELETE /users/{id}"] = new("deleteUser", "Remove an account", "The last enabled administrator can't be removed.",
            "404 user_not_found", "409 last_admin"),
        ["POST /users/{id}/reset-password"] = new("resetPassword", "Give an account a one-time password",
            "It is shown this once and must be changed at the next sign-in.", "404 user_not_found", "409 no_password"),

        ["GET /model/versions"] = new("listVersions", "List versions", "The newest first, unless sort says otherwise."),
        ["PATCH /model/versions/{version}"] = new("describeVersion", "Note or tag a version", "Members that are left out stay.",
            "404 version_not_found"),
        ["GET /model/versions/{version}"] = new("getVersion", "Get a version", "With parameters, data, evaluation and files.",
            "404 version_not_found"),
        ["GET /model/versions/{version}/profile"] = new("getVersionProfile", "Get the profile of a version's rows",
            "What is known of the rows that it was trained on. Only ADMIN sees minimum, maximum, mean and quantiles.",
            "404 version_not_found", "409 version_rows_removed", "409 artifact_corrupt", "429 too_busy"),
        ["GET /model/versions/{version}/files/{name}"] = new("downloadVersionFile", "Download a version's file",
            "The bytes of an artifact. Files never change.", "404 version_not_found", "404 file_not_found", "409 artifact_corrupt")
            { Headers = ["200 ETag", "304 ETag"], Reads = ["If-None-Match"] },
        ["GET /model/active"] = new("getActiveModel", "Get the version in service", "epoch counts activations.", "404 no_active_model"),
        ["POST /model/activate"] = new("activateModel", "Put a version into service",
            "With expected_active it changes nothing if another version is in service by now.", ActivationErrors),
        ["POST /model/rollback"] = new("rollbackModel", "Go back to the version before",
            "To the latest earlier active version that still exists.", [.. ActivationErrors, "409 nothing_to_roll_back_to"]),
        ["GET /model/activations"] = new("listActivations", "List activations", "Who put which version into service, the newest first."),
        ["GET /model/compare"] = new("compareVersions", "Compare two versions",
            "On the rows that both may judge. Without a baseline, with the version in service.",
            "404 version_not_found", "404 no_active_model", "422 versions_are_equal", "422 nothing_to_compare_on", "409 artifact_corrupt",
            "409 version_rows_removed", "429 too_busy"),
        ["DELETE /model/version/{version}"] = new("deleteVersion", "Delete a version", "The version in service can't be deleted.",
            "404 version_not_found", "409 version_is_active"),
    };

    public static OperationText? Find(string method, string path) => Texts.GetValueOrDefault($"{method} {path}");
}
