using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class VersionsPredictionsAttempts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ReferenceToken",
                table: "predictions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "training_attempts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    JobId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Worker = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    StartedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    End = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    ExitCode = table.Column<int>(type: "INTEGER", nullable: true),
                    Log = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_training_attempts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "version_counter",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Last = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_counter", x => x.Id);
                    table.CheckConstraint("CK_version_counter_single", "\"Id\" = 1");
                });

            migrationBuilder.CreateTable(
                name: "version_listings",
                columns: table => new
                {
                    VersionId = table.Column<long>(type: "INTEGER", nullable: false),
                    Number = table.Column<long>(type: "INTEGER", nullable: false),
                    Dataset = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    MacroF1 = table.Column<double>(type: "REAL", nullable: false),
                    BeatsBaselines = table.Column<bool>(type: "INTEGER", nullable: false),
                    DiabetesMissed = table.Column<int>(type: "INTEGER", nullable: false),
                    DiabetesMissedAsNegative = table.Column<int>(type: "INTEGER", nullable: false),
                    DiabetesRows = table.Column<int>(type: "INTEGER", nullable: false),
                    Note = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    Tags = table.Column<string>(type: "TEXT", maxLength: 411, nullable: false),
                    SearchText = table.Column<string>(type: "TEXT", maxLength: 1500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_listings", x => x.VersionId);
                    table.ForeignKey(
                        name: "FK_version_listings_model_versions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "model_versions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_predictions_confirmed",
                table: "predictions",
                column: "Id",
                filter: "\"ConfirmedClass\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_ReferenceToken_Id",
                table: "predictions",
                columns: new[] { "ReferenceToken", "Id" },
                filter: "\"ReferenceToken\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_Version_Id",
                table: "predictions",
                columns: new[] { "Version", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_training_attempts_JobId_Id",
                table: "training_attempts",
                columns: new[] { "JobId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_training_attempts_StartedAt",
                table: "training_attempts",
                column: "StartedAt");

            migrationBuilder.CreateIndex(
                name: "IX_version_listings_MacroF1_VersionId",
                table: "version_listings",
                columns: new[] { "MacroF1", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_version_listings_Number",
                table: "version_listings",
                column: "Number",
                unique: true);

            // Every version so far gets a number in the order of creation. Its listing is read out of its JSON.
            migrationBuilder.Sql(
                """
                INSERT INTO "version_listings" ("VersionId", "Number", "Dataset", "MacroF1", "BeatsBaselines",
                    "DiabetesMissed", "DiabetesMissedAsNegative", "DiabetesRows", "Note", "Tags", "SearchText")
                SELECT "Id", "Number", "Dataset", "MacroF1", "Beats", "AsNegative" + "AsPrediabetes", "AsNegative",
                    "AsNegative" + "AsPrediabetes" + "Found", NULL, '',
                    lower("Number" || char(10) || "Name" || char(10) || coalesce("Dataset", '') || char(10) || char(10))
                FROM (
                    SELECT "Id", "Name", row_number() OVER (ORDER BY "Id") AS "Number",
                        CASE WHEN instr("DataSource", 'dataset:') > 0
                            THEN substr("DataSource", instr("DataSource", 'dataset:') + length('dataset:')) END AS "Dataset",
                        coalesce(json_extract("Summary", '$.Evaluation.F1Score'), 0) AS "MacroF1",
                        coalesce(json_extract("Summary", '$.Evaluation.BeatsBaselines'), 0) AS "Beats",
                        coalesce(json_extract("Summary", '$.Evaluation.ConfusionMatrix[2][0]'), 0) AS "AsNegative",
                        coalesce(json_extract("Summary", '$.Evaluation.ConfusionMatrix[2][1]'), 0) AS "AsPrediabetes",
                        coalesce(json_extract("Summary", '$.Evaluation.ConfusionMatrix[2][2]'), 0) AS "Found"
                    FROM "model_versions");
                INSERT INTO "version_counter" ("Id", "Last")
                SELECT 1, coalesce(max("Number"), 0) FROM "version_listings";
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "training_attempts");

            migrationBuilder.DropTable(
                name: "version_counter");

            migrationBuilder.DropTable(
                name: "version_listings");

            migrationBuilder.DropIndex(
                name: "IX_predictions_confirmed",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_predictions_ReferenceToken_Id",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_predictions_Version_Id",
                table: "predictions");

            migrationBuilder.DropColumn(
                name: "ReferenceToken",
                table: "predictions");
        }
    }
}
